import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C05. Digits go to the pad, and only their count comes back; a key looks the same while it is pressed.
KPage {
    id: page

    required property PinVm vm

    heading: Words.of("page.pin.title")
    lead: page.vm.checking ? Words.of("page.pin.checking") : Words.of("page.pin.lead")
    name: "pin"
    notice: page.vm.lastTry && !page.vm.notice.title && !page.vm.checking ? ({
            "tone": "danger",
            "title": Words.of("page.pin.last-try"),
            "advice": Words.of("page.pin.last-try-advice")
        }) : page.vm.notice
    actions: [
        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.gapTouch
            uniformCellSizes: true

            KButton {
                Layout.fillHeight: true
                Layout.fillWidth: true
                enabled: !page.vm.checking
                hint: Words.of("page.pin.checking")
                kind: "secondary"
                objectName: "pin.cancel"
                text: Words.of("page.pin.cancel")
                onClicked: page.vm.cancel()
            }
            KButton {
                Layout.fillHeight: true
                Layout.fillWidth: true
                enabled: page.vm.canConfirm
                hint: page.vm.confirmHint
                objectName: "pin.confirm"
                text: Words.of("page.pin.confirm")
                onClicked: page.vm.confirm()
            }
        }
    ]

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.spaceM

        RowLayout {
            Layout.alignment: Qt.AlignHCenter
            Layout.maximumWidth: parent.width
            objectName: "pin.boxes"
            spacing: page.vm.boxes > 8 ? Theme.spaceXs : Theme.gapTouch

            Repeater {
                model: page.vm.boxes

                delegate: Rectangle {
                    id: box

                    required property int index
                    readonly property bool filled: index < page.vm.count

                    Layout.fillWidth: true
                    Layout.maximumWidth: Theme.pinBox
                    border.color: index === page.vm.count ? Theme.primary : Theme.outline
                    border.width: index === page.vm.count ? Theme.stroke : Theme.hair
                    color: Theme.paper
                    implicitHeight: Theme.pinBox
                    implicitWidth: Theme.pinBox
                    radius: Theme.radiusM

                    Rectangle {
                        anchors.centerIn: parent
                        color: Theme.ink
                        height: width
                        radius: width / 2
                        visible: box.filled
                        width: Theme.spaceM
                    }
                }
            }
        }
        RowLayout {
            Layout.fillWidth: true
            spacing: Theme.spaceM

            KText {
                Layout.fillWidth: true
                color: page.vm.lastTry ? Theme.danger : Theme.muted
                font.bold: page.vm.lastTry
                objectName: "pin.tries"
                text: page.vm.triesText
            }
            KText {
                color: Theme.muted
                horizontalAlignment: Text.AlignRight
                objectName: "pin.wait"
                text: page.vm.waitText
                wrapMode: Text.NoWrap
            }
        }
        KKeypad {
            Layout.fillHeight: true
            Layout.fillWidth: true
            echo: false
            enabled: !page.vm.checking
            name: page.name
            onCleared: page.vm.clear()
            onErased: page.vm.erase()
            onTyped: digit => page.vm.press(digit)
        }
        KText {
            Layout.fillWidth: true
            color: Theme.muted
            horizontalAlignment: Text.AlignHCenter
            text: Words.of("page.pin.cover")
        }
    }
}
