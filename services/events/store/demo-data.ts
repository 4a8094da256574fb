/** One hall of the demo: `[name, seats]`. */
type DemoHall = readonly [name: string, capacity: number];

export interface DemoLocation {
  /** `[name, address, country]`. */
  readonly is: readonly [name: string, address: string, country: string];
  readonly hours: readonly [openTime: number, closeTime: number];
  readonly halls: readonly DemoHall[];
}

/** In this order they have their ids. */
export const demoLocations: readonly DemoLocation[] = [
  {
    is: ["Staatsoper am Ring", "Ringstraße 2, Vienna", "Austria"],
    hours: [9, 24],
    halls: [
      ["Großer Saal", 1_700],
      ["Gustav Mahler Saal", 120],
    ],
  },
  {
    is: ["West Street Opera House", "11 West Street, Phoenix", "United States"],
    hours: [7, 23],
    halls: [
      ["Cesar Hall", 900],
      ["Studio", 60],
    ],
  },
  {
    is: ["Kulturhaus Spree", "Holzmarktstraße 30, Berlin", "Germany"],
    hours: [10, 24],
    halls: [
      ["Halle 1", 2_200],
      ["Kellerbühne", 40],
    ],
  },
  {
    is: ["Teatro del Mar", "Passeig Marítim 14, Barcelona", "Spain"],
    hours: [11, 24],
    halls: [
      ["Sala Gran", 1_100],
      ["Sala Petita", 180],
    ],
  },
  {
    is: ["Theatre Royal Northgate", "5 Northgate, York", "United Kingdom"],
    hours: [9, 23],
    halls: [["Auditorium", 840]],
  },
  {
    is: ["Salle Lumière", "18 rue de la République, Lyon", "France"],
    hours: [12, 24],
    halls: [
      ["Grande Salle", 1_350],
      ["Petite Salle", 90],
    ],
  },
  {
    is: ["Sakura Hall", "3-1 Marunouchi, Tokyo", "Japan"],
    hours: [10, 22],
    halls: [["Main Hall", 2_000]],
  },
  {
    is: ["Arena Beira-Rio", "Avenida Beira-Rio 100, Porto Alegre", "Brazil"],
    hours: [8, 24],
    halls: [
      ["Field", 18_000],
      ["Club Lounge", 250],
    ],
  },
  {
    is: ["Harbour Rooms", "7 Aker Quay, Oslo", "Norway"],
    hours: [10, 23],
    halls: [["Fjord Room", 320]],
  },
  {
    is: ["Table Mountain Tent", "1 Signal Road, Cape Town", "South Africa"],
    hours: [8, 22],
    halls: [["Big Top", 1_500]],
  },
];

export interface DemoEvent {
  readonly name: string;
  /** Which location and which of its halls, both counted from 0. */
  readonly at: readonly [location: number, hall: number];
  /** In how many days, at which hour (UTC), for how many minutes. */
  readonly on: readonly [day: number, hour: number, minutes: number];
  readonly capacity?: number;
  readonly seatsMax?: number;
  readonly oneBookingEach?: boolean;
  readonly cancelled?: boolean;
}

/** In this order they have their ids. The first two are booked up by the demo of bookings. */
export const demoEvents: readonly DemoEvent[] = [
  { name: "Cellar Jazz: Nearly Full", at: [2, 1], on: [3, 19, 120], capacity: 40 },
  { name: "Chef's Table Concert: Sold Out", at: [1, 1], on: [4, 2, 150], capacity: 6, seatsMax: 2 },
  { name: "Circus under the Mountain", at: [9, 0], on: [5, 16, 130], cancelled: true },
  { name: "Aida", at: [0, 0], on: [6, 18, 190] },
  { name: "Aida", at: [1, 0], on: [7, 3, 190] },
  { name: "Tosca", at: [0, 0], on: [8, 18, 160] },
  { name: "The Magic Flute", at: [0, 0], on: [13, 18, 175] },
  { name: "An Evening of Lieder", at: [0, 1], on: [9, 18, 90], seatsMax: 4 },
  { name: "Der Rosenkavalier", at: [0, 0], on: [27, 17, 240] },
  { name: "Phoenix Symphony Gala", at: [1, 0], on: [12, 3, 140] },
  { name: "Stand-up Night", at: [1, 1], on: [15, 3, 100] },
  { name: "West Side Story", at: [1, 0], on: [20, 3, 165] },
  { name: "Techno Marathon", at: [2, 0], on: [10, 20, 600] },
  { name: "Poetry Slam", at: [2, 1], on: [11, 19, 120] },
  { name: "Krautrock Reunion", at: [2, 0], on: [17, 19, 180] },
  { name: "Bauhaus: a Lecture", at: [2, 1], on: [24, 18, 75] },
  { name: "Flamenco Nights", at: [3, 0], on: [5, 20, 110] },
  { name: "Carmen", at: [3, 0], on: [14, 19, 170] },
  { name: "Puppets for Children", at: [3, 1], on: [6, 10, 50], seatsMax: 6 },
  { name: "Guitar Duo", at: [3, 1], on: [19, 19, 90] },
  { name: "Hamlet", at: [4, 0], on: [4, 19, 200] },
  { name: "Hamlet", at: [4, 0], on: [5, 19, 200] },
  { name: "A Midsummer Night's Dream", at: [4, 0], on: [18, 19, 150] },
  { name: "Brass Band Championship", at: [4, 0], on: [33, 10, 480] },
  { name: "Festival des Lumières", at: [5, 0], on: [21, 17, 4_320] },
  { name: "Le Malade imaginaire", at: [5, 0], on: [9, 19, 130] },
  { name: "Chanson à la carte", at: [5, 1], on: [16, 19, 100], seatsMax: 2 },
  { name: "Impro Comedy", at: [5, 1], on: [23, 19, 90] },
  { name: "Taiko Drums", at: [6, 0], on: [7, 9, 100] },
  { name: "Anime Film Music", at: [6, 0], on: [22, 10, 130] },
  { name: "Noh and Kyogen", at: [6, 0], on: [30, 4, 210] },
  { name: "Carnival Opening", at: [7, 0], on: [25, 22, 360] },
  { name: "Football Derby", at: [7, 0], on: [11, 19, 110], seatsMax: 8 },
  { name: "Samba School Meeting", at: [7, 1], on: [12, 22, 180] },
  { name: "Founders' Dinner", at: [7, 1], on: [26, 22, 150], oneBookingEach: true },
  { name: "Nordic Folk", at: [8, 0], on: [8, 18, 120] },
  { name: "Peer Gynt", at: [8, 0], on: [28, 18, 140] },
  { name: "Design Week: Opening Talk", at: [8, 0], on: [36, 16, 60], oneBookingEach: true },
  { name: "Acrobats of the Cape", at: [9, 0], on: [15, 16, 120] },
  { name: "Choirs of the World", at: [9, 0], on: [31, 15, 180] },
];
