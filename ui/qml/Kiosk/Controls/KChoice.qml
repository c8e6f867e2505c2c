import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Kiosk.Theme

// One answer of a question.
AbstractButton {
    id: choice

    readonly property string kind: "primary"
    property string subtitle

    Accessible.description: subtitle
    Accessible.name: text
    focusPolicy: Qt.StrongFocus
    implicitHeight: Math.max(Theme.touchPrimary, row.implicitHeight + 2 * Theme.spaceM)

    background: Rectangle {
        border.color: Theme.outline
        border.width: Theme.hair
        color: choice.down ? Theme.primarySoft : Theme.paper
        radius: Theme.radiusL

        KFocusRing {
            control: choice
            keyboard: choice.visualFocus
        }
    }
    contentItem: Item {
        RowLayout {
            id: row

            anchors.left: parent.left
            anchors.leftMargin: Theme.spaceM
            anchors.right: parent.right
            anchors.rightMargin: Theme.spaceM
            anchors.verticalCenter: parent.verticalCenter
            spacing: Theme.spaceM

            ColumnLayout {
                spacing: 0

                KText {
                    Layout.fillWidth: true
                    em: Theme.button
                    font.bold: true
                    text: choice.text
                }
                KText {
                    Layout.fillWidth: true
                    color: Theme.muted
                    text: choice.subtitle
                    visible: text !== ""
                }
            }
            KIcon {
                color: Theme.primary
                name: "next"
                size: Theme.iconS
            }
        }
    }

    Keys.onEnterPressed: click()
    Keys.onReturnPressed: click()
}
