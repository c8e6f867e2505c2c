import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C10. The verb is on the button.
KPage {
    id: page

    required property ConfirmVm vm

    heading: page.vm.title
    lead: Words.of("page.confirm.lead")
    name: "confirm"
    split: false
    info: [
        KFacts {
            Layout.fillWidth: true
            facts: page.vm.facts
        },
        KRemarks {
            Layout.fillWidth: true
            remarks: page.vm.remarks
        }
    ]
    actions: [
        KButton {
            Layout.fillWidth: true
            kind: "secondary"
            objectName: "confirm.decline"
            text: Words.of("page.confirm.decline")
            onClicked: page.vm.decline()
        },
        KButton {
            Layout.fillWidth: true
            objectName: "confirm.confirm"
            text: page.vm.verb
            onClicked: page.vm.confirm()
        }
    ]
}
