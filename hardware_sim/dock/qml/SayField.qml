// A line to type a text into, and the button that gives it to the device.
import QtQuick

Item {
    id: field
    required property string phrase
    signal said(string text)

    height: 46

    function give() {
        if (entry.text !== "")
            field.said(field.phrase + " " + entry.text);
    }

    Rectangle {
        anchors { left: parent.left; right: button.left; rightMargin: 8; top: parent.top; bottom: parent.bottom }
        radius: 8
        color: Ink.paper
        border.width: entry.activeFocus ? 2 : 1
        border.color: entry.activeFocus ? Ink.primary : Ink.line

        TextInput {
            id: entry
            objectName: "entry"
            anchors { fill: parent; leftMargin: 12; rightMargin: 12 }
            verticalAlignment: TextInput.AlignVCenter
            clip: true
            selectByMouse: true
            maximumLength: 2900
            font: Qt.font({ family: Ink.family, pixelSize: 16 })
            color: Ink.text
            onAccepted: field.give()
            Accessible.role: Accessible.EditableText
            Accessible.name: "要扫描的内容 text to scan"
        }
        Text {
            anchors { fill: parent; leftMargin: 12; rightMargin: 12 }
            visible: entry.text === ""
            verticalAlignment: Text.AlignVCenter
            text: "要扫描的内容  Text to scan"
            font: Qt.font({ family: Ink.family, pixelSize: 15 })
            color: Ink.muted
        }
    }
    SayButton {
        id: button
        anchors.right: parent.right
        zh: "扫描"
        en: "Scan"
        say: field.phrase
        calm: true
        onSaid: field.give()
    }
}
