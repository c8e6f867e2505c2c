// The whole window: devices on the left, the newest receipt and the wires on the right, the station's last word below.
pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Window
import QtQuick.Layouts

Window {
    id: dock
    required property var link

    width: 1240
    height: 940
    minimumWidth: 1080
    minimumHeight: 700
    visible: true
    title: "模拟设备 Simulated devices"
    color: Ink.desk

    ColumnLayout {
        anchors.fill: parent
        anchors.margins: 16
        spacing: 12

        RowLayout {
            Layout.fillWidth: true
            Text {
                text: "模拟设备"
                font: Qt.font({ family: Ink.family, pixelSize: 24, bold: true })
                color: Ink.text
            }
            Text {
                text: "Simulated devices"
                font: Qt.font({ family: Ink.family, pixelSize: 16 })
                color: Ink.muted
                Layout.fillWidth: true
            }
            Text {
                visible: dock.link.recording
                text: "● 正在录制 Recording"
                font: Qt.font({ family: Ink.family, pixelSize: 14 })
                color: Ink.bad
                Layout.rightMargin: 16
            }
            Text {
                objectName: "connection"
                text: dock.link.connected ? "● 已连接 Connected" : "○ 未连接 Not connected"
                font: Qt.font({ family: Ink.family, pixelSize: 14 })
                color: dock.link.connected ? Ink.ok : Ink.bad
            }
        }

        RowLayout {
            Layout.fillWidth: true
            Layout.fillHeight: true
            spacing: 16
            visible: dock.link.connected

            Flickable {
                id: list
                objectName: "devices"
                Layout.fillWidth: true
                Layout.fillHeight: true
                contentHeight: panels.height
                clip: true
                boundsBehavior: Flickable.StopAtBounds

                // how far down one is; the column beside the panels is its own
                Rectangle {
                    parent: list
                    visible: list.visibleArea.heightRatio < 1
                    anchors.right: parent.right
                    y: list.visibleArea.yPosition * list.height
                    width: 6
                    height: list.visibleArea.heightRatio * list.height
                    radius: 3
                    color: Ink.line
                }

                Column {
                    id: panels
                    width: list.width - 14
                    spacing: 12
                    Repeater {
                        // panels never change; states do, beside them: so no button vanishes under a finger
                        model: dock.link.panels
                        DevicePanel {
                            required property int index
                            required property var modelData
                            width: panels.width
                            device: modelData
                            condition: dock.link.states[index] || ({})
                            personas: dock.link.personas
                            onSaid: text => dock.link.say(text)
                        }
                    }
                }
            }

            ColumnLayout {
                Layout.preferredWidth: 500
                Layout.maximumWidth: 500
                Layout.fillHeight: true
                spacing: 12

                Wires {
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    rows: dock.link.wires
                    choices: dock.link.choices
                    watched: dock.link.watched
                    onWatch: device => dock.link.watch(device)
                }
                Receipt {
                    Layout.fillWidth: true
                    Layout.preferredHeight: dock.height * 0.36
                    picture: dock.link.receipt
                    printed: dock.link.status.receipt_printer ? dock.link.status.receipt_printer.printed : 0
                    pages: dock.link.status.a4_printer ? dock.link.status.a4_printer.printed : 0
                }
            }
        }

        Item {
            Layout.fillWidth: true
            Layout.fillHeight: true
            visible: !dock.link.connected
            Column {
                anchors.centerIn: parent
                spacing: 10
                Text {
                    anchors.horizontalCenter: parent.horizontalCenter
                    text: "设备尚未启动 The devices are not up"
                    font: Qt.font({ family: Ink.family, pixelSize: 22, bold: true })
                    color: Ink.text
                }
                Text {
                    anchors.horizontalCenter: parent.horizontalCenter
                    text: dock.link.startCommand
                    font: Qt.font({ family: Ink.mono, pixelSize: 16 })
                    color: Ink.muted
                }
            }
        }

        Text {
            objectName: "word"
            Layout.fillWidth: true
            Layout.minimumHeight: 22
            text: dock.link.word
            elide: Text.ElideRight
            font: Qt.font({ family: Ink.family, pixelSize: 15 })
            color: dock.link.refused ? Ink.bad : Ink.muted
        }
    }
}
