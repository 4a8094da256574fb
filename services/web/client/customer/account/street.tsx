/** One house with two doors: a small restaurant on the left and a theatre on the right. */
export function Street() {
  return (
    <svg
      className="street"
      viewBox="0 0 640 760"
      preserveAspectRatio="xMidYMax meet"
      aria-hidden="true"
    >
      <path className="sky" d="M-700-900h2040v1660H-700z" />
      <g className="stars">
        <circle cx="60" cy="80" r="2" />
        <circle cx="130" cy="40" r="1.5" />
        <circle cx="210" cy="120" r="2" />
        <circle cx="300" cy="50" r="1.5" />
        <circle cx="360" cy="110" r="1.2" />
        <circle cx="440" cy="60" r="2" />
        <circle cx="590" cy="170" r="1.5" />
        <circle cx="40" cy="190" r="1.5" />
        <circle cx="250" cy="-40" r="2" />
        <circle cx="100" cy="-90" r="1.5" />
        <circle cx="470" cy="-60" r="2" />
        <circle cx="560" cy="-20" r="1.5" />
        <circle cx="340" cy="-110" r="1.5" />
      </g>
      <circle className="sun" cx="520" cy="96" r="46" />
      <path
        className="far"
        d="M-700 760V560h120v-60h90v80h110v-50h80v60h90v-70h90v60h100L0 520l60-40v-70h50v40l70-50 60 60v-90h60v100l80-60 70 70v-60h60v50l70-60 60 40h60v-50h90v70h110v-60h90v90h110v-50h90v80h120v340Z"
      />
      <rect x="440" y="120" width="40" height="110" fill="#45122a" />
      <rect x="434" y="112" width="52" height="14" rx="3" fill="#3c0b1d" />
      <path d="M24 268 320 108l296 160v24H24Z" fill="#5f1832" />
      <path d="M24 268 320 108v184H24Z" fill="#802045" />
      <path
        d="M104 250l216-118 216 118"
        fill="none"
        stroke="#c44271"
        strokeWidth="5"
        strokeLinecap="round"
        opacity=".6"
      />
      <rect x="40" y="288" width="280" height="412" fill="#fad389" />
      <rect x="40" y="288" width="280" height="20" fill="#e9b95f" />
      <rect x="320" y="288" width="280" height="412" fill="#312f6a" />
      <rect x="320" y="288" width="14" height="412" fill="#242250" />
      <circle cx="320" cy="222" r="30" fill="#fff5e7" />
      <circle cx="320" cy="222" r="30" fill="none" stroke="#3c0b1d" strokeWidth="5" />
      <path
        d="M320 206v17l11 8"
        fill="none"
        stroke="#3c0b1d"
        strokeWidth="5"
        strokeLinecap="round"
      />
      <path d="M62 318h26v34a13 13 0 0 1-26 0Z" fill="#d13e03" />
      <path d="M88 318h26v34a13 13 0 0 1-26 0Z" fill="#fff3e2" />
      <path d="M114 318h26v34a13 13 0 0 1-26 0Z" fill="#d13e03" />
      <path d="M140 318h26v34a13 13 0 0 1-26 0Z" fill="#fff3e2" />
      <path d="M166 318h26v34a13 13 0 0 1-26 0Z" fill="#d13e03" />
      <path d="M192 318h26v34a13 13 0 0 1-26 0Z" fill="#fff3e2" />
      <path d="M218 318h26v34a13 13 0 0 1-26 0Z" fill="#d13e03" />
      <path d="M244 318h26v34a13 13 0 0 1-26 0Z" fill="#fff3e2" />
      <rect x="56" y="308" width="220" height="14" rx="4" fill="#a83001" />
      <rect x="64" y="384" width="112" height="150" rx="6" fill="#fff6e5" />
      <rect x="72" y="392" width="96" height="134" rx="3" fill="#ffb74a" />
      <path d="M72 392h40l-40 60Z" fill="#ffd58f" />
      <rect x="72" y="482" width="96" height="44" fill="#d98a3a" />
      <g transform="translate(78 428) scale(.52)">
        <ellipse cx="80" cy="105" rx="52" ry="5.5" fill="#000" opacity=".16" />
        <path d="M33 84h94v9q0 11-12 11H45q-12 0-12-11v-9Z" fill="#d98a3a" />
        <path d="M33 84h94v4H33z" fill="#f0b968" />
        <rect x="29" y="73" width="102" height="14" rx="7" fill="#5f3121" />
        <rect x="29" y="73" width="102" height="6" rx="3" fill="#7a4230" />
        <path d="M31 69h98q-2 6-10 7l-13 10-13-9H58l-9 7-9-7q-8-1-9-8Z" fill="#ffc23a" />
        <path
          d="M27 66c0-9 106-9 106 0q-4 9-10 3-6 8-13 2-7 8-14 1-7 8-15 1-7 8-15 0-7 8-14 0-6 8-13-1-8 5-12-6Z"
          fill="#6fb64b"
        />
        <path d="M27 66c0-9 106-9 106 0-20-3-86-3-106 0Z" fill="#8dcc62" />
        <rect x="35" y="54" width="90" height="8" rx="4" fill="#dd4529" />
        <path d="M31 54C31 29 54 18 80 18s49 11 49 36q0 3-3 3H34q-3 0-3-3Z" fill="#e29a45" />
        <path d="M129 54c0-18-12-29-28-33 10 8 14 19 14 36h11q3 0 3-3Z" fill="#cf8434" />
        <path
          d="M43 43c4-10 13-15 23-17"
          fill="none"
          stroke="#f6c684"
          strokeWidth="5"
          strokeLinecap="round"
        />
        <g fill="#fff0cf">
          <ellipse cx="66" cy="36" rx="3" ry="2" transform="rotate(-20 66 36)" />
          <ellipse cx="82" cy="29" rx="3" ry="2" />
          <ellipse cx="97" cy="37" rx="3" ry="2" transform="rotate(25 97 37)" />
          <ellipse cx="80" cy="43" rx="3" ry="2" transform="rotate(10 80 43)" />
          <ellipse cx="108" cy="47" rx="3" ry="2" transform="rotate(30 108 47)" />
        </g>
      </g>
      <rect x="56" y="534" width="128" height="12" rx="3" fill="#a5622f" />
      <g fill="#3f8f45">
        <circle cx="76" cy="530" r="12" />
        <circle cx="98" cy="526" r="14" />
        <circle cx="122" cy="530" r="12" />
        <circle cx="146" cy="526" r="14" />
        <circle cx="166" cy="531" r="11" />
      </g>
      <g fill="#e8799c">
        <circle cx="84" cy="522" r="4" />
        <circle cx="110" cy="526" r="4" />
        <circle cx="136" cy="520" r="4" />
        <circle cx="158" cy="526" r="4" />
      </g>
      <rect x="202" y="384" width="92" height="316" rx="8" fill="#842401" />
      <rect x="212" y="394" width="72" height="306" rx="4" fill="#d13e03" />
      <rect x="224" y="410" width="48" height="110" rx="24" fill="#ffd58f" />
      <path d="M248 410v110M224 466h48" stroke="#d13e03" strokeWidth="5" />
      <circle cx="222" cy="590" r="6" fill="#fad389" />
      <path d="M232 622h32" stroke="#842401" strokeWidth="5" strokeLinecap="round" />
      <g fill="#eec06a">
        <rect x="56" y="584" width="44" height="18" rx="3" />
        <rect x="106" y="584" width="34" height="18" rx="3" />
        <rect x="76" y="608" width="48" height="18" rx="3" />
        <rect x="130" y="640" width="44" height="18" rx="3" />
        <rect x="56" y="664" width="40" height="18" rx="3" />
        <rect x="270" y="330" width="40" height="16" rx="3" />
        <rect x="290" y="352" width="24" height="16" rx="3" />
      </g>
      <rect x="40" y="682" width="280" height="18" fill="#e0aa4c" />
      <rect x="326" y="274" width="226" height="92" rx="10" fill="#1a1927" />
      <rect x="346" y="298" width="186" height="42" rx="4" fill="#fff5e7" />
      <path
        d="M366 312h70M366 326h44M452 319h60"
        stroke="#9e2b71"
        strokeWidth="7"
        strokeLinecap="round"
      />
      <g className="bulbs" fill="#f1b95c">
        <circle cx="336" cy="286" r="5" />
        <circle cx="365" cy="286" r="5" />
        <circle cx="394" cy="286" r="5" />
        <circle cx="423" cy="286" r="5" />
        <circle cx="452" cy="286" r="5" />
        <circle cx="481" cy="286" r="5" />
        <circle cx="510" cy="286" r="5" />
        <circle cx="539" cy="286" r="5" />
        <circle cx="336" cy="352" r="5" />
        <circle cx="365" cy="352" r="5" />
        <circle cx="394" cy="352" r="5" />
        <circle cx="423" cy="352" r="5" />
        <circle cx="452" cy="352" r="5" />
        <circle cx="481" cy="352" r="5" />
        <circle cx="510" cy="352" r="5" />
        <circle cx="539" cy="352" r="5" />
      </g>
      <path d="M352 700V470a88 88 0 0 1 176 0v230Z" fill="#17132b" />
      <path d="M440 390 374 700h132Z" fill="#ffcf73" />
      <ellipse cx="440" cy="694" rx="62" ry="9" fill="#ffe2a3" opacity=".8" />
      <path
        d="M352 700V470a88 88 0 0 1 88-88c0 110-14 250-60 318ZM528 700V470a88 88 0 0 0-88-88c0 110 14 250 60 318Z"
        fill="#9e2b71"
      />
      <path
        d="M366 700V440q8-18 20-30c0 110-4 230-8 290ZM402 660c20-70 30-180 30-277l-16 3c2 110-2 220-14 274ZM514 700V440q-8-18-20-30c0 110 4 230 8 290ZM478 660c-20-70-30-180-30-277l16 3c-2 110 2 220 14 274Z"
        fill="#7d1f57"
      />
      <path d="M352 700V470a88 88 0 0 1 176 0v230" fill="none" stroke="#f1b95c" strokeWidth="8" />
      <rect x="548" y="430" width="40" height="60" rx="3" fill="#fff5e7" />
      <path d="M552 434h32v36h-32z" fill="#c0408b" />
      <circle cx="568" cy="452" r="9" fill="#f1b95c" />
      <path d="M554 480h24" stroke="#4c4b5a" strokeWidth="3" />
      <path d="M306 396q14-16 28 0v40h-28Z" fill="#3c0b1d" />
      <rect x="311" y="402" width="18" height="28" rx="4" fill="#ffe2a3" />
      <rect x="-700" y="700" width="2040" height="60" fill="#4c3a52" />
      <rect x="-700" y="700" width="2040" height="12" fill="#6b5470" />
      <path d="M202 700h92l14 12H188ZM352 700h176l16 12H336Z" fill="#b39bb0" />
    </svg>
  );
}
