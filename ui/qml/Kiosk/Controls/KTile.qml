import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Kiosk.Theme

// A service. One that cannot work now is grey and says why in place of what it does.
AbstractButton {
    id: tile

    readonly property string kind: "primary"
    property string subtitle
    property string iconName
    property string reason

    Accessible.description: enabled ? subtitle : reason
    Accessible.name: text
    focusPolicy: Qt.StrongFocus
    implicitHeight: Math.max(Theme.touchPrimary, row.implicitHeight + 2 * Theme.spaceM)

    background: Rectangle {
        border.color: Theme.outline
        border.width: Theme.hair
        color: !tile.enabled ? Theme.disabledSoft : tile.down ? Theme.primarySoft : Theme.paper
        radius: Theme.radiusL

        KFocusRing {
            control: tile
            keyboard: tile.visualFocus
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

            KBadge {
                ink: tile.enabled ? Theme.primary : Theme.disabled
                name: tile.iconName
                size: Theme.iconL
                soft: tile.enabled ? Theme.primarySoft : Theme.disabledSoft
            }
            ColumnLayout {
                spacing: 0

                KText {
                    Layout.fillWidth: true
                    color: tile.enabled ? Theme.ink : Theme.disabled
                    em: Theme.button
                    font.bold: true
                    text: tile.text
                }
                KText {
                    Layout.fillWidth: true
                    color: tile.enabled ? Theme.muted : Theme.disabled
                    em: Theme.body
                    text: tile.enabled ? tile.subtitle : tile.reason
                    visible: text !== ""
                }
            }
        }
    }

    Keys.onEnterPressed: click()
    Keys.onReturnPressed: click()
}
