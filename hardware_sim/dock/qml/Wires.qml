// What passes on the wires, newest on top: time, device, who spoke, what it means in both languages, and the bytes.
pragma ComponentBehavior: Bound
import QtQuick

Rectangle {
    id: sheet
    required property var rows
    required property var choices
    required property string watched
    signal watch(string device)

    radius: 12
    color: Ink.paper
    border.color: Ink.line
    clip: true

    Text {
        id: title
        anchors { left: parent.left; top: parent.top; margins: 12 }
        text: "线上字节"
        font: Qt.font({ family: Ink.family, pixelSize: 18, bold: true })
        color: Ink.text
    }
    Text {
        anchors { left: title.right; leftMargin: 8; baseline: title.baseline }
        text: "Bytes on the wires    → 发给设备 to it    ← 设备发出 from it"
        font: Qt.font({ family: Ink.family, pixelSize: 13 })
        color: Ink.muted
    }

    Flow {
        id: chips
        anchors { left: parent.left; right: parent.right; top: title.bottom; margins: 12; topMargin: 8 }
        spacing: 4
        Repeater {
            model: sheet.choices
            Rectangle {
                id: chip
                required property var modelData
                readonly property bool chosen: sheet.watched === modelData.key
                property string device: modelData.key
                objectName: "watch " + modelData.key
                width: word.implicitWidth + 12
                height: 28
                radius: 14
                color: chosen ? Ink.chosen : Ink.paper
                border.width: chosen ? 2 : 1
                border.color: chosen ? Ink.primary : Ink.line
                Accessible.role: Accessible.Button
                Accessible.name: modelData.zh + " " + modelData.en
                Accessible.onPressAction: sheet.watch(chip.device)
                Text {
                    id: word
                    anchors.centerIn: parent
                    text: chip.modelData.zh
                    font: Qt.font({ family: Ink.family, pixelSize: 13, bold: chip.chosen })
                    color: chip.chosen ? Ink.primary : Ink.text
                }
                MouseArea {
                    anchors.fill: parent
                    cursorShape: Qt.PointingHandCursor
                    onClicked: sheet.watch(chip.device)
                }
            }
        }
    }

    Text {
        anchors.centerIn: list
        visible: sheet.rows.length === 0
        horizontalAlignment: Text.AlignHCenter
        text: "尚无通信\nNothing has passed yet"
        font: Qt.font({ family: Ink.family, pixelSize: 15 })
        color: Ink.muted
    }

    ListView {
        id: list
        anchors { left: parent.left; right: parent.right; top: chips.bottom; bottom: parent.bottom; margins: 12; topMargin: 8 }
        clip: true
        boundsBehavior: Flickable.StopAtBounds
        model: sheet.rows
        delegate: Item {
            id: row
            required property var modelData
            width: list.width
            height: modelData.hex === "" ? 30 : 50

            Rectangle {
                width: parent.width
                height: 1
                color: Ink.line
            }
            Text {
                id: time
                anchors { left: parent.left; top: parent.top; topMargin: 6 }
                width: 66
                horizontalAlignment: Text.AlignRight
                text: row.modelData.time
                font: Qt.font({ family: Ink.mono, pixelSize: 12 })
                color: Ink.muted
            }
            Text {
                id: device
                anchors { left: time.right; leftMargin: 8; top: parent.top; topMargin: 4 }
                width: 106
                text: row.modelData.arrow + " " + row.modelData.device
                font: Qt.font({ family: Ink.family, pixelSize: 14 })
                color: row.modelData.arrow === "←" ? Ink.ok : row.modelData.arrow === "→" ? Ink.primary : Ink.warn
            }
            Text {
                anchors { left: device.right; leftMargin: 6; right: parent.right; top: parent.top; topMargin: 4 }
                elide: Text.ElideRight
                textFormat: Text.PlainText
                text: row.modelData.zh
                font: Qt.font({ family: Ink.family, pixelSize: 14 })
                color: Ink.text
            }
            Text {
                id: english
                anchors { left: device.left; top: parent.top; topMargin: 26 }
                visible: row.modelData.hex !== ""
                textFormat: Text.PlainText
                text: row.modelData.en
                font: Qt.font({ family: Ink.family, pixelSize: 13 })
                color: Ink.text
            }
            Text {
                anchors { left: english.right; leftMargin: 10; right: parent.right; baseline: english.baseline }
                visible: row.modelData.hex !== ""
                elide: Text.ElideRight
                text: row.modelData.hex
                font: Qt.font({ family: Ink.mono, pixelSize: 12 })
                color: Ink.muted
            }
        }
    }
}
