pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// The list of things in the machine, each ticked when it is gone.
ColumnLayout {
    id: list

    required property var things

    function tone(state: string): string {
        return state === "taken" ? "ok" : state === "left" ? "danger" : "warning";
    }

    spacing: Theme.spaceS

    Repeater {
        model: list.things

        delegate: KPanel {
            id: thing

            required property var modelData
            readonly property string tone: list.tone(modelData.state)
            readonly property bool taken: modelData.state === "taken"

            Layout.fillWidth: true
            implicitHeight: row.implicitHeight + 2 * Theme.spaceM

            RowLayout {
                id: row

                anchors.left: parent.left
                anchors.leftMargin: Theme.spaceM
                anchors.right: parent.right
                anchors.rightMargin: Theme.spaceM
                anchors.verticalCenter: parent.verticalCenter
                spacing: Theme.spaceM

                KIcon {
                    color: thing.taken ? Theme.muted : Theme.ink
                    name: thing.modelData.kind
                    size: Theme.iconM
                }
                KText {
                    Layout.fillWidth: true
                    color: thing.taken ? Theme.muted : Theme.ink
                    em: Theme.heading
                    font.bold: !thing.taken
                    text: thing.modelData.title
                }
                KIcon {
                    color: Theme.toneInk(thing.tone)
                    name: thing.taken ? "check" : "warning"
                    size: Theme.iconS
                }
                KText {
                    color: Theme.toneInk(thing.tone)
                    font.bold: true
                    text: thing.modelData.word
                    wrapMode: Text.NoWrap
                }
            }
        }
    }
}
