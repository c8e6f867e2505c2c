import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C98. It takes the place of the page below; nothing of that is on the glass.
KPage {
    id: page

    required property IdleVm vm

    heading: Words.of("page.idle.title")
    lead: Words.of("page.idle.lead")
    low: false
    name: "idle"
    actions: [
        KButton {
            Layout.fillWidth: true
            kind: "secondary"
            objectName: "idle.leave"
            text: Words.of("page.idle.leave")
            onClicked: page.vm.leave()
        },
        KButton {
            Layout.fillWidth: true
            objectName: "idle.continue"
            text: Words.of("page.idle.continue")
            onClicked: page.vm.proceed()
        }
    ]

    ColumnLayout {
        anchors.centerIn: parent
        spacing: Theme.spaceL
        width: parent.width

        Rectangle {
            Layout.alignment: Qt.AlignHCenter
            border.color: Theme.warning
            border.width: Theme.stroke * 2
            color: Theme.warningSoft
            implicitHeight: Theme.countdown
            implicitWidth: Theme.countdown
            radius: Theme.countdown / 2

            KText {
                anchors.centerIn: parent
                color: Theme.warning
                em: Theme.display
                font.bold: true
                objectName: "idle.seconds"
                text: page.vm.seconds
            }
        }
        KText {
            Layout.fillWidth: true
            em: Theme.heading
            font.bold: true
            horizontalAlignment: Text.AlignHCenter
            text: page.vm.sentence
        }
    }
}
