pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// Numbered steps; each with a mark, a word and a colour for how it stands.
KPanel {
    id: sheet

    required property var steps

    function ink(state: string): color {
        return state === "done" ? Theme.ok : state === "running" ? Theme.primary : state === "failed" ? Theme.danger : state === "unknown" ? Theme.warning : Theme.muted;
    }
    function soft(state: string): color {
        return state === "done" ? Theme.okSoft : state === "running" ? Theme.primary : state === "failed" ? Theme.dangerSoft : state === "unknown" ? Theme.warningSoft : Theme.disabledSoft;
    }
    function mark(state: string): string {
        return state === "done" ? "check" : state === "failed" ? "cross" : state === "unknown" ? "question" : "";
    }

    implicitHeight: column.implicitHeight + 2 * Theme.spaceM

    ColumnLayout {
        id: column

        anchors.left: parent.left
        anchors.leftMargin: Theme.spaceM
        anchors.right: parent.right
        anchors.rightMargin: Theme.spaceM
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.spaceM

        Repeater {
            model: sheet.steps

            delegate: RowLayout {
                id: step

                required property var modelData
                readonly property bool running: modelData.state === "running"
                readonly property string mark: sheet.mark(modelData.state)

                Layout.fillWidth: true
                spacing: Theme.spaceM

                Rectangle {
                    color: sheet.soft(step.modelData.state)
                    implicitHeight: Theme.iconXm
                    implicitWidth: Theme.iconXm
                    radius: height / 2

                    KText {
                        anchors.centerIn: parent
                        color: step.running ? Theme.pale : Theme.muted
                        em: Theme.heading
                        font.bold: true
                        text: step.modelData.number
                        visible: step.mark === ""
                    }
                    KIcon {
                        anchors.centerIn: parent
                        color: sheet.ink(step.modelData.state)
                        name: step.mark === "" ? "check" : step.mark
                        size: Theme.iconM
                        visible: step.mark !== ""
                    }
                }
                KText {
                    Layout.fillWidth: true
                    color: step.modelData.state === "waiting" ? Theme.muted : Theme.ink
                    em: Theme.heading
                    font.bold: step.running
                    text: step.modelData.title
                }
                KText {
                    color: sheet.ink(step.modelData.state)
                    font.bold: true
                    horizontalAlignment: Text.AlignRight
                    text: step.modelData.word
                    wrapMode: Text.NoWrap
                }
            }
        }
    }
}
