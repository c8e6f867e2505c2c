// One digit of the PIN pad, as large as a key on the desk.
import QtQuick

Rectangle {
    id: key
    required property string digit
    required property string say
    signal said(string text)

    width: 42
    height: 42
    radius: 8
    color: touch.pressed ? Ink.pressed : Ink.paper
    border.color: Ink.primary

    Accessible.role: Accessible.Button
    Accessible.name: "数字键 key " + digit
    Accessible.onPressAction: key.said(key.say)

    Text {
        anchors.centerIn: parent
        text: key.digit
        font: Qt.font({ family: Ink.family, pixelSize: 19, bold: true })
        color: Ink.text
    }
    MouseArea {
        id: touch
        anchors.fill: parent
        cursorShape: Qt.PointingHandCursor
        onClicked: key.said(key.say)
    }
}
