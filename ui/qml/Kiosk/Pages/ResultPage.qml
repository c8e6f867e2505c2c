import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C12. One of four real ends: mark, word and colour, then what it means, then the number.
KPage {
    id: page

    required property ResultVm vm
    readonly property string tone: ({
            "done": "ok",
            "not_done": "danger",
            "unknown": "warning",
            "recorded": "plain"
        })[vm.kind] ?? "plain"
    readonly property string mark: ({
            "done": "check",
            "not_done": "cross",
            "unknown": "question",
            "recorded": "hourglass"
        })[vm.kind] ?? "info"

    name: "result"
    lift: 0.35
    split: false
    info: [
        KBadge {
            Layout.alignment: Qt.AlignHCenter
            Layout.topMargin: Theme.spaceM
            disc: true
            ink: Theme.toneInk(page.tone)
            name: page.mark
            size: Theme.iconXl
            soft: Theme.toneSoft(page.tone)
        },
        KText {
            Layout.fillWidth: true
            color: Theme.toneInk(page.tone)
            em: Theme.title
            font.bold: true
            horizontalAlignment: Text.AlignHCenter
            objectName: "result.kind"
            text: page.vm.kindText
        },
        KText {
            Layout.fillWidth: true
            em: Theme.heading
            horizontalAlignment: Text.AlignHCenter
            objectName: "result.title"
            text: page.vm.title
        },
        KNotice {
            Layout.fillWidth: true
            notice: page.vm.notice
        },
        KReference {
            Layout.fillWidth: true
            number: page.vm.reference
            visible: page.vm.reference !== ""
        },
        KRemarks {
            Layout.fillWidth: true
            plain: true
            remarks: page.vm.lines
        }
    ]
    actions: [
        KButton {
            Layout.fillWidth: true
            kind: "secondary"
            objectName: "result.another"
            text: Words.of("page.result.another")
            onClicked: page.vm.another()
        },
        KButton {
            Layout.fillWidth: true
            objectName: "result.finish"
            text: Words.of("page.result.finish")
            onClicked: page.vm.finish()
        }
    ]
}
