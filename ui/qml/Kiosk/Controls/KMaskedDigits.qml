pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// Digits in their places: 1988 year 0_ month.
RowLayout {
    id: masked

    required property var groups

    spacing: Theme.spaceM

    Repeater {
        model: masked.groups

        delegate: RowLayout {
            id: group

            required property var modelData

            spacing: Theme.spaceS

            Repeater {
                model: group.modelData.places

                delegate: Rectangle {
                    id: place

                    required property int index
                    readonly property bool next: index === group.modelData.at

                    border.color: next ? Theme.primary : Theme.outline
                    border.width: next ? Theme.stroke : Theme.hair
                    color: Theme.paper
                    implicitHeight: Theme.digitHeight
                    implicitWidth: Theme.digitWidth
                    radius: Theme.radiusM

                    KText {
                        anchors.centerIn: parent
                        em: Theme.figure
                        font.bold: true
                        text: group.modelData.digits.charAt(place.index)
                    }
                }
            }
            KText {
                em: Theme.button
                text: group.modelData.label
                wrapMode: Text.NoWrap
            }
        }
    }
}
