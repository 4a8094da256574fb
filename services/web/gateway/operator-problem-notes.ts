/** What the operator API says no with. */
export const operatorProblems = {
  invalid_selection: {
    means: "Dead letters are selected in two ways, or in none.",
    act: "Select by `ids`, by `group`, by conditions, or `all`.",
  },
  invalid_place: { means: "The place to read from is said twice.", act: "Say one." },
  invalid_consumer: {
    means: "The service has no consumer of that name.",
    act: "`qb consumer ls` has the names.",
  },
  invalid_invariant: {
    means: "The service has no invariant of that name.",
    act: "Ask without a name for all.",
  },
  invalid_deadlineseconds: {
    means: "The demo order's deadline is no whole number of seconds.",
    act: "Correct it.",
  },
  invalid_payload: {
    means: "The edited payload does not fit the message's contract. `detail` says where.",
    act: "Correct the field.",
  },
  event_id_changed: {
    means: "The edited payload has another event id, and would be another message.",
    act: "Leave the id as it is.",
  },
  payload_unchanged: {
    means: "The edited payload says what is there already.",
    act: "Redrive the letter as it is.",
  },
  unknown_type: {
    means: "No contract of this release describes the letter's type.",
    act: "Run a release that has it, or discard the letter once it was read.",
  },
  too_many_revisions: {
    means: "The letter was edited as often as one may be.",
    act: "Redrive or discard it.",
  },
  dead_letter_not_found: {
    means: "There is no such letter, or it was forgotten after `DEAD_LETTERS_KEEP`.",
    act: "Look in the audit.",
  },
  dead_letter_resolved: {
    means: "The letter is no longer dead: it was redriven, discarded or edited meanwhile.",
    act: "Look at it again.",
  },
  dead_letter_edited: {
    means: "The letter has a newer revision than the one that was looked at.",
    act: "Look at it again.",
  },
  dead_letter_not_discarded: {
    means: "Only a discarded letter can be restored.",
    act: "Look at its state.",
  },
  dead_letter_without_key: {
    means: "The letter's headers name no key and version, so no lane can run it.",
    act: "Discard it once it was read.",
  },
  not_its_turn: {
    means: "An earlier letter of the same key comes first. `detail` names it.",
    act: "Resolve that one first.",
  },
  lane_moved: { means: "The lane has moved on meanwhile.", act: "Look at it again." },
  lane_blocked: {
    means: "The lane is blocked by a dead letter, not by a version that is missing.",
    act: "Resolve the letter.",
  },
  lane_not_found: { means: "No message of the key ever came here.", act: "Look at the key." },
  lane_not_waiting: {
    means: "The lane waits for nothing: what is next is here.",
    act: "Wait for its turn.",
  },
  version_in_stream: {
    means: "The stream still has the version that is missing.",
    act: "Wait until it is read; nothing is to be skipped.",
  },
  letter_group_not_found: {
    means: "No open letter is of the group any more.",
    act: "Look at the groups again.",
  },
  letters_not_open: {
    means: "Some of the ids are no open letters of the consumer.",
    act: "Look at the list again.",
  },
  nothing_selected: { means: "No open letter fits.", act: "Look at the list again." },
  too_many_letters: { means: "More letters fit than one run takes.", act: "Narrow the selection." },
  redrive_run_not_found: { means: "There is no such run.", act: "Look at the id." },
  run_open: {
    means: "The consumer has a run that is not over; `runId` names it.",
    act: "Wait for it, or cancel it.",
  },
  "run_<state>": {
    means: "The run is in a state that does not allow it, such as `run_done`.",
    act: "Look at it again.",
  },
  repairs_busy: {
    means: "As many letters are being tried as may be at once.",
    act: "Send it again after `Retry-After` seconds.",
  },
  consumer_not_found: {
    means: "The service has no consumer of that name.",
    act: "`qb consumer ls` has the names.",
  },
  durable_not_found: {
    means: "The broker has no durable of that name.",
    act: "`qb topology plan` shows what is missing.",
  },
  stream_not_found: { means: "The broker has no such stream.", act: "`qb stream ls` has them." },
  broker_unavailable: {
    means: "The broker does not answer the service.",
    act: "Look at NATS, then send it again.",
  },
  difference_not_found: {
    means: "The consumer misses no message there.",
    act: "`qb missing` lists what is missing.",
  },
  message_gone: {
    means: "The stream no longer has the message that is missing.",
    act: "Repair what it would have done by hand.",
  },
  message_replaced: {
    means: "Another message stands where the missing one stood: the stream went back.",
    act: "Wait for the reconciler's next sweep.",
  },
  ledger_not_found: { means: "The service has no such ledger.", act: "Look at the name." },
} as const;
