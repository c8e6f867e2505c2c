// A button that says one thing: Chinese above, English below. Edge and ground tell breaking, mending and chosen apart.
import QtQuick

Rectangle {
    id: button
    required property string zh
    required property string en
    required property string say
    property bool calm: false
    property bool chosen: false
    signal said(string text)

    width: Math.max(84, Math.max(top.implicitWidth, bottom.implicitWidth) + 22)
    height: 46
    radius: 8
    color: touch.pressed ? Ink.pressed : chosen ? Ink.chosen : Ink.paper
    border.width: chosen ? 2 : 1
    border.color: chosen || calm ? Ink.primary : Ink.line

    Accessible.role: Accessible.Button
    Accessible.name: zh + " " + en
    Accessible.onPressAction: button.said(button.say)

    Text {
        id: top
        anchors { horizontalCenter: parent.horizontalCenter; top: parent.top; topMargin: 3 }
        text: button.zh
        font: Qt.font({ family: Ink.family, pixelSize: 15, bold: button.chosen })
        color: button.chosen || button.calm ? Ink.primary : Ink.text
    }
    Text {
        id: bottom
        anchors { horizontalCenter: parent.horizontalCenter; bottom: parent.bottom; bottomMargin: 4 }
        text: button.en
        font: Qt.font({ family: Ink.family, pixelSize: 12 })
        color: Ink.muted
    }
    MouseArea {
        id: touch
        anchors.fill: parent
        cursorShape: Qt.PointingHandCursor
        onClicked: button.said(button.say)
    }
}
