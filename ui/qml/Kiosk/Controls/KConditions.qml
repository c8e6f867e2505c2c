pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// The conditions of a rule: mark, word and colour for how each stands, what it says, and the figures it used.
KPanel {
    id: sheet

    required property var conditions

    function tone(state: string): string {
        return state === "met" ? "ok" : state === "not_met" || state === "unknown" ? "warning" : "plain";
    }
    function mark(state: string): string {
        return ({
                "met": "check",
                "not_met": "cross",
                "not_yet": "clock",
                "step_open": "next"
            })[state] ?? "question";
    }

    implicitHeight: column.implicitHeight + 2 * Theme.spaceS

    ColumnLayout {
        id: column

        anchors.left: parent.left
        anchors.leftMargin: Theme.spaceM
        anchors.right: parent.right
        anchors.rightMargin: Theme.spaceM
        anchors.verticalCenter: parent.verticalCenter
        spacing: 0

        Repeater {
            model: sheet.conditions

            delegate: ColumnLayout {
                id: line

                required property var modelData
                required property int index
                readonly property color ink: Theme.toneInk(sheet.tone(modelData.state))

                Layout.fillWidth: true
                spacing: 0

                Rectangle {
                    Layout.fillWidth: true
                    color: Theme.line
                    implicitHeight: Theme.hair
                    visible: line.index > 0
                }
                RowLayout {
                    Layout.bottomMargin: Theme.spaceS
                    Layout.fillWidth: true
                    Layout.topMargin: Theme.spaceS
                    spacing: Theme.spaceM

                    KBadge {
                        Layout.alignment: Qt.AlignTop
                        Layout.topMargin: Theme.spaceXs
                        disc: true
                        ink: line.ink
                        name: sheet.mark(line.modelData.state)
                        size: Theme.iconM
                        soft: Theme.toneSoft(sheet.tone(line.modelData.state))
                    }
                    ColumnLayout {
                        Layout.fillWidth: true
                        spacing: 0

                        KText {
                            Layout.fillWidth: true
                            color: line.ink
                            font.bold: true
                            text: line.modelData.word
                        }
                        KText {
                            Layout.fillWidth: true
                            text: line.modelData.sentence
                        }
                        KText {
                            Layout.fillWidth: true
                            color: Theme.muted
                            em: Theme.caption
                            text: line.modelData.used
                            visible: text !== ""
                        }
                    }
                }
            }
        }
    }
}
