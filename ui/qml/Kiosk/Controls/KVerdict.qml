import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// The answer of a check: mark, words and colour; below it the figure it turns on, with its source and age.
Rectangle {
    id: box

    required property string verdict
    required property string headline
    required property string label
    required property string value
    required property string origin
    readonly property string tone: ({
            "yes": "ok",
            "computed": "ok",
            "no": "warning",
            "cannot_say": "warning"
        })[verdict] ?? "plain"
    readonly property string mark: ({
            "yes": "check",
            "computed": "check",
            "no": "cross",
            "not_yet": "clock",
            "one_step": "next",
            "cannot_say": "question"
        })[verdict] ?? "info"
    readonly property color ink: Theme.toneInk(tone)

    border.color: ink
    border.width: Theme.stroke
    color: Theme.toneSoft(tone)
    implicitHeight: column.implicitHeight + 2 * Theme.spaceM
    radius: Theme.radiusL

    ColumnLayout {
        id: column

        anchors.left: parent.left
        anchors.margins: Theme.spaceM
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.spaceM

        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.spaceM

            KBadge {
                disc: true
                ink: box.ink
                name: box.mark
                size: Theme.iconL
                soft: Theme.paper
            }
            KText {
                Layout.fillWidth: true
                color: box.ink
                em: Theme.title
                font.bold: true
                objectName: "check.headline"
                text: box.headline
            }
        }
        ColumnLayout {
            Layout.fillWidth: true
            spacing: 0
            visible: box.label !== ""

            KText {
                Layout.fillWidth: true
                text: box.label
            }
            KText {
                Layout.fillWidth: true
                em: Theme.figure
                font.bold: true
                objectName: "check.figure"
                text: box.value
            }
            KText {
                Layout.fillWidth: true
                color: box.ink
                text: box.origin
                visible: text !== ""
            }
        }
    }
}
