import QtQuick
import QtQuick.Controls.Basic
import Kiosk.Theme

// A key of a keypad. Without `echo` it looks the same while it is pressed: a stranger must not read a PIN from it.
AbstractButton {
    id: key

    readonly property string kind: "primary"
    property bool echo: true
    property string iconName
    readonly property color ink: enabled ? Theme.ink : Theme.disabled

    Accessible.name: text
    focusPolicy: Qt.StrongFocus
    implicitHeight: Theme.keyHeight
    implicitWidth: Theme.touchPrimary

    background: Rectangle {
        border.color: Theme.outline
        border.width: Theme.hair
        color: key.echo && key.down ? Theme.primarySoft : Theme.paper
        radius: Theme.radiusM

        KFocusRing {
            control: key
            keyboard: key.visualFocus && key.echo
        }
    }
    contentItem: Item {
        KText {
            anchors.centerIn: parent
            color: key.ink
            em: key.text.length > 1 ? Theme.body : Theme.figure
            font.bold: true
            horizontalAlignment: Text.AlignHCenter
            text: key.text
            visible: key.iconName === ""
            width: Math.min(implicitWidth, parent.width)
        }
        Column {
            anchors.centerIn: parent
            visible: key.iconName !== ""

            KIcon {
                anchors.horizontalCenter: parent.horizontalCenter
                color: key.ink
                name: key.iconName === "" ? "erase" : key.iconName
                size: Theme.iconM
            }
            KText {
                anchors.horizontalCenter: parent.horizontalCenter
                color: key.ink
                em: Theme.body
                text: key.text
            }
        }
    }

    Keys.onEnterPressed: click()
    Keys.onReturnPressed: click()
}
