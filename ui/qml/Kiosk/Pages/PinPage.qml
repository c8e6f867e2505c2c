pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C05. Digits go to the pad, and only their count comes back; a key looks the same while it is pressed.
KPage {
    id: page

    required property PinVm vm
    readonly property bool warned: vm.lastTry || vm.notice.title !== ""

    heading: Words.of("page.pin.title")
    lead: page.vm.checking ? Words.of("page.pin.checking") : page.warned ? "" : Words.of("page.pin.lead")
    name: "pin"
    low: false
    notice: page.vm.lastTry && !page.vm.notice.title && !page.vm.checking ? ({
            "tone": "danger",
            "title": Words.of("page.pin.last-try"),
            "advice": Words.of("page.pin.last-try-advice")
        }) : page.vm.notice
    actions: [
        KButton {
            Layout.fillWidth: true
            enabled: !page.vm.checking
            hint: Words.of("page.pin.checking")
            kind: "secondary"
            objectName: "pin.cancel"
            text: Words.of("page.pin.cancel")
            onClicked: page.vm.cancel()
        },
        KButton {
            Layout.fillWidth: true
            enabled: page.vm.canConfirm
            hint: page.vm.confirmHint
            visible: !page.vm.onPad
            objectName: "pin.confirm"
            text: Words.of("page.pin.confirm")
            onClicked: page.vm.confirm()
        }
    ]

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.spaceM

        Item {
            Layout.fillHeight: true
        }
        Row {
            id: boxes

            readonly property real room: page.width - 2 * Theme.margin

            Layout.alignment: Qt.AlignHCenter
            objectName: "pin.boxes"
            spacing: page.vm.boxes > 6 ? Theme.spaceXs : Theme.spaceM

            Repeater {
                model: page.vm.boxes

                delegate: Rectangle {
                    id: box

                    required property int index
                    readonly property bool filled: index < page.vm.count

                    border.color: index === page.vm.count ? Theme.primary : Theme.outline
                    border.width: index === page.vm.count ? Theme.stroke : Theme.hair
                    color: Theme.paper
                    height: Theme.pinBox
                    width: Math.min(Theme.pinBox, (boxes.room + boxes.spacing) / page.vm.boxes - boxes.spacing)
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
        Item {
            Layout.fillHeight: true
        }
        KKeypad {
            Layout.fillWidth: true
            Layout.fillHeight: true
            Layout.maximumHeight: page.padHeight
            Layout.minimumHeight: Theme.keypadLeast
            Layout.preferredHeight: page.padHeight
            echo: false
            enabled: !page.vm.checking
            name: page.name
            visible: !page.vm.onPad
            onCleared: page.vm.clear()
            onErased: page.vm.erase()
            onTyped: digit => page.vm.press(digit)
        }
        KText {
            Layout.fillWidth: true
            Layout.preferredHeight: page.padHeight
            font.bold: true
            horizontalAlignment: Text.AlignHCenter
            objectName: "pin.on-pad"
            text: Words.of("page.pin.on-pad")
            verticalAlignment: Text.AlignTop
            visible: page.vm.onPad
        }
        KText {
            id: cover

            Layout.fillWidth: true
            color: Theme.muted
            horizontalAlignment: Text.AlignHCenter
            text: Words.of("page.pin.cover")
            visible: !page.warned
        }
    }
}
