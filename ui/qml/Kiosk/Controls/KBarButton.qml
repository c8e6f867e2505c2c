import QtQuick
import QtQuick.Controls.Basic
import Kiosk.Theme

// A button of the persistent bar: a drawing above a word.
AbstractButton {
    id: button

    property string iconName

    Accessible.name: text
    focusPolicy: Qt.StrongFocus
    implicitHeight: Math.max(Theme.touchSecondary, column.implicitHeight + 2 * Theme.spaceXs)
    implicitWidth: Math.max(Theme.touchSecondary, column.implicitWidth)

    background: Rectangle {
        border.color: Theme.outline
        border.width: Theme.hair
        color: button.down ? Theme.primarySoft : Theme.paper
        radius: Theme.radiusM

        KFocusRing {
            control: button
            keyboard: button.visualFocus
        }
    }
    contentItem: Item {
        Column {
            id: column

            anchors.centerIn: parent

            KIcon {
                anchors.horizontalCenter: parent.horizontalCenter
                color: Theme.primary
                name: button.iconName
                size: Theme.iconS
            }
            KText {
                anchors.horizontalCenter: parent.horizontalCenter
                color: Theme.ink
                em: Theme.body
                font.bold: true
                lineHeight: Theme.tightLineOf(em)
                text: button.text
                wrapMode: Text.NoWrap
            }
        }
    }

    Keys.onEnterPressed: click()
    Keys.onReturnPressed: click()
}
