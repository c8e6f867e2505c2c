pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C00. Both languages at once; one touch anywhere wakes and presses nothing else.
Rectangle {
    id: page

    required property StandbyVm vm

    gradient: Gradient {
        GradientStop {
            color: Theme.primary
            position: 0
        }
        GradientStop {
            color: Theme.primaryDeep
            position: 1
        }
    }

    RowLayout {
        id: head

        anchors.left: parent.left
        anchors.margins: Theme.margin
        anchors.right: parent.right
        anchors.top: parent.top
        anchors.topMargin: Theme.spaceXl
        spacing: Theme.spaceM

        KLogo {
            size: Theme.iconL
        }
        ColumnLayout {
            spacing: 0

            KText {
                Layout.fillWidth: true
                color: Theme.pale
                em: Theme.title
                font.bold: true
                text: Words.of("page.standby.product-zh")
            }
            KText {
                Layout.fillWidth: true
                color: Theme.paleMuted
                em: Theme.body
                text: Words.of("page.standby.product-en")
            }
        }
    }
    KText {
        id: clock

        anchors.horizontalCenter: parent.horizontalCenter
        anchors.top: head.bottom
        anchors.topMargin: Theme.spaceL
        color: Theme.pale
        em: Theme.clock
        objectName: "standby.clock"
        text: page.vm.clock
    }
    Item {
        anchors.bottom: invitation.top
        anchors.left: parent.left
        anchors.right: parent.right
        anchors.top: clock.bottom

        Rectangle {
            anchors.centerIn: parent
            color: Theme.pale
            height: width
            opacity: 0.06
            radius: width / 2
            width: Theme.cardWidth * 2
        }
        Rectangle {
            anchors.centerIn: parent
            color: Theme.pale
            height: width
            opacity: 0.07
            radius: width / 2
            width: Theme.cardWidth * 1.5
        }
        KCardDrawing {
            anchors.centerIn: parent
            border.color: Theme.paleMuted
            border.width: Theme.hair
            rotation: -8
            zoom: 1.15
        }
    }
    Rectangle {
        id: invitation

        anchors.bottom: services.visible ? services.top : foot.top
        anchors.bottomMargin: Theme.spaceXl
        anchors.horizontalCenter: parent.horizontalCenter
        color: Theme.paper
        height: words.implicitHeight + 2 * Theme.spaceL
        radius: height / 2
        width: parent.width - 2 * Theme.margin

        RowLayout {
            id: words

            anchors.centerIn: parent
            spacing: Theme.spaceL

            KIcon {
                color: Theme.primary
                name: page.vm.ready ? "touch" : "hourglass"
                size: Theme.iconL
            }
            ColumnLayout {
                spacing: 0

                KText {
                    color: Theme.primary
                    em: Theme.title
                    font.bold: true
                    objectName: "standby.invitation"
                    text: page.vm.ready ? Words.of("page.standby.start-zh") : Words.of("page.standby.starting-zh")
                }
                KText {
                    color: Theme.muted
                    em: Theme.button
                    text: page.vm.ready ? Words.of("page.standby.start-en") : Words.of("page.standby.starting-en")
                }
            }
        }
    }
    GridLayout {
        id: services

        anchors.bottom: foot.top
        anchors.bottomMargin: Theme.spaceXl
        anchors.left: parent.left
        anchors.leftMargin: Theme.margin
        anchors.right: parent.right
        anchors.rightMargin: Theme.margin
        columnSpacing: Theme.spaceM
        columns: 2
        rowSpacing: Theme.spaceM
        uniformCellWidths: true
        visible: page.vm.services.length > 0

        Repeater {
            model: page.vm.services

            delegate: RowLayout {
                id: service

                required property var modelData

                Layout.fillWidth: true
                spacing: Theme.spaceM

                KIcon {
                    color: Theme.pale
                    name: service.modelData.icon
                    size: Theme.iconM
                }
                ColumnLayout {
                    spacing: 0

                    KText {
                        Layout.fillWidth: true
                        color: Theme.pale
                        font.bold: true
                        lineHeight: Theme.tightLineOf(em)
                        text: service.modelData.zh
                    }
                    KText {
                        Layout.fillWidth: true
                        color: Theme.paleMuted
                        em: Theme.caption
                        lineHeight: Theme.tightLineOf(em)
                        text: service.modelData.en
                    }
                }
            }
        }
    }
    ColumnLayout {
        id: foot

        anchors.bottom: parent.bottom
        anchors.bottomMargin: Theme.spaceL
        anchors.left: parent.left
        anchors.leftMargin: Theme.margin
        anchors.right: parent.right
        anchors.rightMargin: Theme.margin
        spacing: 0

        Rectangle {
            Layout.bottomMargin: Theme.spaceM
            Layout.fillWidth: true
            color: Theme.paleMuted
            implicitHeight: Theme.hair
            opacity: 0.4
        }
        KText {
            Layout.fillWidth: true
            color: Theme.pale
            horizontalAlignment: Text.AlignHCenter
            text: Words.of("page.standby.modes")
        }
        KText {
            Layout.fillWidth: true
            color: Theme.paleMuted
            em: Theme.caption
            horizontalAlignment: Text.AlignHCenter
            text: Words.of("page.standby.phone") + " " + Theme.phone
        }
    }
    MouseArea {
        Accessible.name: Words.of("page.standby.start-zh") + " " + Words.of("page.standby.start-en")
        Accessible.role: Accessible.Button
        anchors.fill: parent
        enabled: page.vm.ready
        objectName: "standby.wake"
        onPressed: page.vm.wake()
        Accessible.onPressAction: page.vm.wake()
    }
}
