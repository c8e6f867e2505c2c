pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Layouts
import Kiosk.Theme
import Kiosk.ViewModels

// The tiles of a page: two columns, or one in elder mode; more than fit are turned with buttons.
ColumnLayout {
    id: grid

    required property TilesVm vm
    property string name

    spacing: Theme.gapTouch + Theme.spaceXs

    GridLayout {
        Layout.fillHeight: true
        Layout.fillWidth: true
        columnSpacing: Theme.gapTouch + Theme.spaceXs
        columns: Theme.elder ? 1 : 2
        rowSpacing: Theme.gapTouch + Theme.spaceXs
        uniformCellHeights: true
        uniformCellWidths: true

        Repeater {
            model: grid.vm.tiles

            delegate: KTile {
                required property var modelData

                Layout.fillHeight: true
                Layout.fillWidth: true
                Layout.maximumHeight: Theme.tileMost
                enabled: modelData.available
                iconName: modelData.icon
                objectName: grid.name + ".tile." + modelData.item
                reason: modelData.reason
                subtitle: modelData.subtitle
                text: modelData.title
                onClicked: grid.vm.choose(modelData.item)
            }
        }
    }
    KPager {
        Layout.fillWidth: true
        name: grid.name
        page: grid.vm.page
        pages: grid.vm.pages
        visible: grid.vm.pages > 1
        words: grid.vm.pageText
        onBackward: grid.vm.previousTiles()
        onForward: grid.vm.nextTiles()
    }
}
