import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C11. Nothing to press.
KPage {
    id: page

    required property ProcessingVm vm

    heading: page.vm.title
    lead: Words.of("page.processing.lead")
    name: "processing"
    notice: page.vm.patience ? ({
            "tone": "warning",
            "title": Words.of("page.processing.patience")
        }) : ({})
    lift: 0.3
    split: false
    info: [
        KSteps {
            Layout.fillWidth: true
            steps: page.vm.steps
        }
    ]
}
