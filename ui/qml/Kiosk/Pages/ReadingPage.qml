import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C04.
KPage {
    id: page

    required property ReadingVm vm

    heading: Words.of("page.reading.title")
    lead: Words.of("page.reading.lead")
    low: false
    name: "reading"

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.spaceL

        Item {
            Layout.fillHeight: true
            Layout.fillWidth: true

            KSlotDrawing {
                anchors.centerIn: parent
                inside: true
                zoom: Math.min(1.7, parent.height / (Theme.cardWidth * 1.5))
            }
        }
        KProgress {
            Layout.fillWidth: true
            fraction: page.vm.fraction
            words: page.vm.stepText
        }
        KNotice {
            Layout.fillWidth: true
            notice: ({
                    "tone": "warning",
                    "title": Words.of("page.reading.stay")
                })
        }
    }
}
