import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C13. Card first, papers second. The card is felt; papers are not, so at the end the person says so.
KPage {
    id: page

    required property TakeVm vm
    readonly property string tone: vm.leftBehind || vm.urgency > 1 ? "danger" : vm.urgency > 0 ? "warning" : "plain"

    name: "take"
    lift: 0.35
    split: false
    info: [
        KSlotDrawing {
            Layout.alignment: Qt.AlignHCenter
            leaving: true
            visible: page.vm.first === "card"
        },
        KBadge {
            Layout.alignment: Qt.AlignHCenter
            disc: true
            visible: page.vm.first !== "card"
            ink: Theme.toneInk(page.tone)
            name: page.vm.first === "" ? "check" : page.vm.first
            size: Theme.iconXl
            soft: Theme.toneSoft(page.tone)
        },
        KText {
            Accessible.name: text
            Accessible.role: Accessible.Heading
            Layout.fillWidth: true
            color: page.tone === "plain" ? Theme.ink : Theme.toneInk(page.tone)
            em: Theme.title
            font.bold: true
            horizontalAlignment: Text.AlignHCenter
            objectName: "take.headline"
            text: page.vm.headline
        },
        KText {
            Layout.fillWidth: true
            color: Theme.toneInk(page.tone)
            em: Theme.button
            font.bold: true
            horizontalAlignment: Text.AlignHCenter
            text: page.vm.urgency > 0 && !page.vm.leftBehind ? Words.of("page.take.reminder") : ""
            visible: text !== ""
        },
        KThings {
            Layout.fillWidth: true
            things: page.vm.things
        },
        KNotice {
            Layout.fillWidth: true
            notice: page.vm.notice
        }
    ]
    actions: [
        KButton {
            Layout.fillWidth: true
            objectName: "take.finish"
            text: Words.of("page.take.finish")
            visible: page.vm.canFinish
            onClicked: page.vm.finish()
        }
    ]
}
