// Colours and the font, once. Every pair of text and ground used here has a contrast of at least 4.5 : 1.
pragma Singleton
import QtQuick

QtObject {
    readonly property string family: "Noto Sans CJK SC"
    readonly property string mono: "Noto Sans Mono CJK SC"
    readonly property color desk: "#E9EDF2"
    readonly property color paper: "#FFFFFF"
    readonly property color line: "#C9D1DB"
    readonly property color text: "#1A1F26"
    readonly property color muted: "#4A5563"
    readonly property color primary: "#0B57A4"
    readonly property color chosen: "#DCE9F7"
    readonly property color pressed: "#D3DAE3"
    readonly property color ok: "#0F6B3A"
    readonly property color warn: "#7A4B00"
    readonly property color bad: "#B3261E"

    function mood(name) {
        return name === "ok" ? ok : name === "warn" ? warn : bad;
    }
}
