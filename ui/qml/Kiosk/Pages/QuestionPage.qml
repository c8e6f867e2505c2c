pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C09. A choice, or digits in their places.
KPage {
    id: page

    required property QuestionVm vm
    readonly property bool digits: vm.groups.length > 0 || vm.figure

    heading: page.vm.title
    lead: page.vm.hint
    name: "question"
    low: !page.digits
    hero: KHero {
        KIcon {
            color: Theme.primary
            height: size
            name: "question"
            size: Theme.iconXl
            width: size
        }
    }
    notice: page.vm.notice
    actions: [
        KButton {
            Layout.fillWidth: true
            kind: "secondary"
            objectName: "question.unsure"
            text: page.vm.unsureText
            visible: text !== ""
            onClicked: page.vm.giveUp()
        },
        KButton {
            Layout.fillWidth: true
            enabled: page.vm.canConfirm
            hint: page.vm.confirmHint
            objectName: "question.confirm"
            text: Words.of("page.question.confirm")
            visible: page.digits
            onClicked: page.vm.confirm()
        }
    ]

    KScroll {
        anchors.fill: parent
        name: page.name
        spacing: Theme.gapTouch + Theme.spaceXs
        visible: !page.digits

        Repeater {
            model: page.vm.options

            delegate: KChoice {
                required property var modelData

                Layout.fillWidth: true
                objectName: "question.option." + modelData.key
                subtitle: modelData.subtitle
                text: modelData.title
                onClicked: page.vm.choose(modelData.key)
            }
        }
    }
    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.spaceM
        visible: page.digits

        Item {
            Layout.fillHeight: true
        }
        KMaskedDigits {
            Layout.alignment: Qt.AlignHCenter
            groups: page.vm.groups
            objectName: "question.digits"
            visible: !page.vm.figure
        }
        KEntry {
            Layout.alignment: Qt.AlignHCenter
            objectName: "question.figure"
            typed: page.vm.typed
            unit: page.vm.unit
            visible: page.vm.figure
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
            clearable: false
            name: page.name
            pointed: page.vm.pointed
            onErased: page.vm.erase()
            onPoint: page.vm.point()
            onTyped: digit => page.vm.press(digit)
        }
    }
}
