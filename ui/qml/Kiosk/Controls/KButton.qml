import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Kiosk.Theme

// A button with a verb on it. One that is off says why (`hint`), to the eye where there is room and to the ear always.
AbstractButton {
    id: button

    property string kind: "primary" // primary | secondary
    property string iconName
    property string hint
    property int em: Theme.button
    readonly property bool filled: kind === "primary"
    readonly property color ink: !enabled ? Theme.disabled : filled ? Theme.pale : Theme.primary

    Accessible.description: enabled ? "" : hint
    Accessible.name: text
    focusPolicy: Qt.StrongFocus
    horizontalPadding: Theme.spaceM
    implicitHeight: Math.max(filled ? Theme.touchPrimary : Theme.touchSecondary, label.implicitHeight + 2 * verticalPadding)
    implicitWidth: Math.max(Theme.touchPrimary, label.implicitWidth + 2 * horizontalPadding)
    verticalPadding: Theme.spaceXs

    background: Rectangle {
        border.color: button.enabled ? Theme.primary : Theme.outline
        border.width: button.filled ? 0 : Theme.stroke
        color: !button.enabled ? Theme.disabledSoft : button.filled ? (button.down ? Theme.primaryDeep : Theme.primary) : (button.down ? Theme.primarySoft : Theme.paper)
        radius: Theme.radiusM

        KFocusRing {
            control: button
            keyboard: button.visualFocus
        }
    }
    contentItem: Item {
        implicitHeight: label.implicitHeight
        implicitWidth: label.implicitWidth

        RowLayout {
            id: label

            anchors.centerIn: parent
            spacing: Theme.spaceS
            width: Math.min(implicitWidth, parent.width)

            KIcon {
                color: button.ink
                name: button.iconName === "" ? "check" : button.iconName
                size: Theme.iconS
                visible: button.iconName !== ""
            }
            KText {
                Layout.fillWidth: true
                color: button.ink
                em: button.em
                font.bold: true
                horizontalAlignment: Text.AlignHCenter
                text: button.text
            }
        }
    }

    Keys.onEnterPressed: click()
    Keys.onReturnPressed: click()
}
