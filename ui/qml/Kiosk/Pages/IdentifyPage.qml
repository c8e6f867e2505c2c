import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C03.
KPage {
    id: page

    required property IdentifyVm vm

    heading: Words.of("page.identify.title")
    lead: page.vm.purpose
    low: false
    name: "identify"
    notice: page.vm.notice

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.spaceM

        Item {
            Layout.fillHeight: true
            Layout.fillWidth: true

            KSlotDrawing {
                anchors.centerIn: parent
                objectName: "identify.drawing"
                zoom: Math.min(1.7, parent.height / (Theme.cardWidth * 1.5))
            }
        }
        KText {
            Layout.fillWidth: true
            em: Theme.heading
            font.bold: true
            horizontalAlignment: Text.AlignHCenter
            text: Words.of("page.identify.how")
        }
        KText {
            Layout.fillWidth: true
            color: Theme.muted
            horizontalAlignment: Text.AlignHCenter
            objectName: "identify.wait"
            text: page.vm.waitText
        }
        KPanel {
            Layout.fillWidth: true
            implicitHeight: reads.implicitHeight + 2 * Theme.spaceM

            RowLayout {
                id: reads

                anchors.left: parent.left
                anchors.margins: Theme.spaceM
                anchors.right: parent.right
                anchors.verticalCenter: parent.verticalCenter
                spacing: Theme.spaceM

                KIcon {
                    Layout.alignment: Qt.AlignTop
                    color: Theme.primary
                    name: "shield"
                    size: Theme.iconM
                }
                KText {
                    Layout.fillWidth: true
                    objectName: "identify.reads"
                    text: page.vm.reads
                }
            }
        }
    }
}
