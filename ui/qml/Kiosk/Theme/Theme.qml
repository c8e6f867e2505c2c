pragma Singleton

import QtQuick

// Design tokens: millimetres on the glass and colours, for the standard and the elder mode. Pages and controls take every
// size and colour from here. Sizes are the stricter of the UX guide (section 1) and the accessibility figures (C.2).
QtObject {
    id: theme

    property real pxPerMm: 4
    property bool elder: false
    property bool animated: true
    property string phone: ""

    function mm(standard: real, elders: real): int {
        return Math.round((elder ? elders : standard) * pxPerMm);
    }

    // Touch
    readonly property int touchPrimary: mm(20, 25)
    readonly property int touchSecondary: mm(15, 22)
    readonly property int gapTouch: mm(3, 5)
    readonly property int keyHeight: mm(24, 28)
    readonly property int keypadMost: mm(140, 152)
    readonly property int keypadLeast: 4 * touchPrimary + 3 * gapTouch
    readonly property int tileMost: mm(64, 64)

    // Type: em sizes; a line is one and a half of them
    readonly property int caption: mm(5.5, 7)
    readonly property int body: mm(7, 10)
    readonly property int button: mm(8, 11)
    readonly property int heading: mm(9, 12)
    readonly property int title: mm(12, 16)
    readonly property int figure: mm(14, 18)
    readonly property int display: mm(30, 36)
    readonly property int clock: mm(34, 34)

    readonly property int headerTitle: mm(8, 9)

    function lineOf(em: real): real {
        return Math.round(em * 1.5);
    }
    // one line that cannot wrap, in header and bar
    function tightLineOf(em: real): real {
        return Math.round(em * 1.3);
    }

    // Space
    readonly property int hair: Math.max(1, mm(0.3, 0.4))
    readonly property int stroke: Math.max(1, mm(0.6, 0.8))
    readonly property int spaceXs: mm(1.5, 1.5)
    readonly property int spaceS: mm(3, 3)
    readonly property int rowSpace: mm(2.2, 2.2)
    readonly property int spaceM: mm(6, 6)
    readonly property int spaceL: mm(10, 10)
    readonly property int spaceXl: mm(18, 16)
    readonly property int margin: mm(12, 11)
    readonly property int radiusS: mm(2, 2)
    readonly property int radiusM: mm(3.5, 3.5)
    readonly property int radiusL: mm(6, 6)
    readonly property int focusGap: mm(1, 1)
    readonly property int focusRing: mm(2, 2)

    // Things with a size of their own
    readonly property int iconS: mm(7, 9)
    readonly property int iconM: mm(10, 12)
    readonly property int iconXm: mm(15, 16)
    readonly property int iconL: mm(18, 20)
    readonly property int iconXl: mm(40, 40)
    readonly property int heroSize: mm(78, 70)
    readonly property int headerHeight: mm(26, 28)
    readonly property int stripLines: elder ? 2 : 1
    readonly property int barHeight: mm(26, 32)
    readonly property int cardWidth: mm(85.6, 85.6) // ID-1, ISO/IEC 7810: life-size
    readonly property int cardHeight: mm(54, 54)
    readonly property int chipWidth: mm(13, 13)
    readonly property int chipHeight: mm(12, 12)
    readonly property int pinBox: mm(22, 24)
    readonly property int digitWidth: mm(18, 20)
    readonly property int digitHeight: mm(26, 30)
    readonly property int countdown: mm(80, 86)
    readonly property int elderOffer: mm(32, 32)
    // a label takes two parts of a line and its value three
    readonly property int factLabel: mm(80, 80)
    readonly property int factValue: mm(120, 120)
    // where the working area begins: essential controls stay within reach, in the lower 60 % of a portrait panel
    readonly property real reach: 0.4

    // Motion: nothing longer than 300 ms
    readonly property int motion: animated ? 300 : 0
    readonly property int hold: 1200

    // Colour
    readonly property color ink: "#1A1F26"
    readonly property color muted: elder ? "#3A4452" : "#4A5563"
    readonly property color paper: "#FFFFFF"
    readonly property color ground: "#F4F7FB"
    readonly property color line: "#D5DEE8"
    readonly property color outline: elder ? "#5F6B78" : "#6F7C8A"
    readonly property color primary: elder ? "#084784" : "#0B57A4"
    readonly property color primaryDeep: elder ? "#06335F" : "#083F7A"
    readonly property color primarySoft: "#E6F0FA"
    readonly property color pale: "#FFFFFF"
    readonly property color paleMuted: elder ? "#EAF3FC" : "#DCEBFA"
    readonly property color danger: elder ? "#9A1B14" : "#B3261E"
    readonly property color dangerSoft: "#FCEBEA"
    readonly property color ok: elder ? "#0B5A30" : "#0F6B3A"
    readonly property color okSoft: "#E5F4EB"
    readonly property color warning: "#5C3A00"
    readonly property color warningSoft: "#FFE7B8"
    readonly property color disabled: elder ? "#414C58" : "#5F6B78"
    readonly property color disabledSoft: "#E6EAEF"
    readonly property color focus: "#B25E00"
    readonly property color gold: "#D9A93B"
    readonly property color goldSoft: "#F3D98C"
    readonly property color cardFace: "#2F7FD0"
    readonly property color cardShade: "#0E5FB0"
    readonly property color slot: "#232B36"
    readonly property color slotLight: "#3BD17F"

    function toneInk(tone: string): color {
        return tone === "ok" ? ok : tone === "warning" ? warning : tone === "danger" ? danger : primaryDeep;
    }
    function toneSoft(tone: string): color {
        return tone === "ok" ? okSoft : tone === "warning" ? warningSoft : tone === "danger" ? dangerSoft : primarySoft;
    }
    function toneIcon(tone: string): string {
        return tone === "ok" ? "check" : tone === "warning" ? "warning" : tone === "danger" ? "cross" : "info";
    }
}
