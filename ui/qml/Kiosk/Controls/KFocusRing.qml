import QtQuick
import Kiosk.Theme

// Where the keypad's focus is: a ring in the gap around a control.
Rectangle {
    property Item control: null

    anchors.fill: parent
    anchors.margins: -(Theme.focusGap + Theme.focusRing)
    border.color: Theme.focus
    border.width: Theme.focusRing
    color: "transparent"
    radius: Theme.radiusM + Theme.focusGap + Theme.focusRing
    visible: control !== null && control.activeFocus && keyboard

    property bool keyboard: false
}
