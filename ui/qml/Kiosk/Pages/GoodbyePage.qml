import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C15.
Item {
    id: page

    required property GoodbyeVm vm

    ColumnLayout {
        anchors.left: parent.left
        anchors.leftMargin: Theme.margin
        anchors.right: parent.right
        anchors.rightMargin: Theme.margin
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.spaceL

        KBadge {
            Layout.alignment: Qt.AlignHCenter
            disc: true
            ink: Theme.ok
            name: "bag"
            size: Theme.iconXl
            soft: Theme.okSoft
        }
        KText {
            Accessible.name: text
            Accessible.role: Accessible.Heading
            Layout.fillWidth: true
            em: Theme.title
            font.bold: true
            horizontalAlignment: Text.AlignHCenter
            text: Words.of("page.goodbye.title")
        }
        KText {
            Layout.fillWidth: true
            em: Theme.button
            horizontalAlignment: Text.AlignHCenter
            text: Words.of("page.goodbye.receipt")
            visible: page.vm.receipt
        }
        KText {
            Layout.fillWidth: true
            color: Theme.muted
            em: Theme.button
            horizontalAlignment: Text.AlignHCenter
            text: Words.of("page.goodbye.thanks")
        }
    }
}
