import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C99. Why, since when, whom to call; nothing was submitted.
Item {
    id: page

    required property OutageVm vm

    ColumnLayout {
        anchors.left: parent.left
        anchors.leftMargin: Theme.margin
        anchors.right: parent.right
        anchors.rightMargin: Theme.margin
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.spaceM

        KBadge {
            Layout.alignment: Qt.AlignHCenter
            Layout.bottomMargin: Theme.spaceM
            disc: true
            ink: Theme.warning
            name: "warning"
            size: Theme.iconXl
            soft: Theme.warningSoft
        }
        KText {
            Accessible.name: text
            Accessible.role: Accessible.Heading
            Layout.fillWidth: true
            em: Theme.title
            font.bold: true
            horizontalAlignment: Text.AlignHCenter
            text: Words.of("page.outage.title")
        }
        KText {
            Layout.fillWidth: true
            em: Theme.heading
            horizontalAlignment: Text.AlignHCenter
            objectName: "outage.reason"
            text: page.vm.reason
        }
        KText {
            Layout.fillWidth: true
            color: Theme.muted
            horizontalAlignment: Text.AlignHCenter
            text: page.vm.sinceText
        }
        KPanel {
            Layout.fillWidth: true
            Layout.topMargin: Theme.spaceM
            implicitHeight: help.implicitHeight + 2 * Theme.spaceL

            ColumnLayout {
                id: help

                anchors.left: parent.left
                anchors.margins: Theme.spaceL
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                spacing: Theme.spaceS

                KText {
                    Layout.fillWidth: true
                    horizontalAlignment: Text.AlignHCenter
                    text: Words.of("page.outage.nothing-submitted")
                }
                KText {
                    Layout.fillWidth: true
                    color: Theme.primary
                    em: Theme.figure
                    font.bold: true
                    horizontalAlignment: Text.AlignHCenter
                    objectName: "outage.phone"
                    text: Theme.phone
                }
                KText {
                    Layout.fillWidth: true
                    color: Theme.muted
                    horizontalAlignment: Text.AlignHCenter
                    text: Words.of("page.outage.call")
                }
            }
        }
        KText {
            Layout.fillWidth: true
            color: Theme.muted
            em: Theme.caption
            horizontalAlignment: Text.AlignHCenter
            text: Words.of("page.common.code") + " " + page.vm.code
            visible: page.vm.code !== ""
        }
    }
}
