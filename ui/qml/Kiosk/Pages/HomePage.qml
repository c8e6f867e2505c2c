import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C01.
KPage {
    id: page

    required property TilesVm vm

    heading: Words.of("page.home.title")
    lead: Words.of("page.home.lead")
    name: "home"
    hero: KHero {
        KCardDrawing {
            rotation: -8
            zoom: 0.72
        }
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: Theme.gapTouch + Theme.spaceXs

        KTiles {
            Layout.fillHeight: true
            Layout.fillWidth: true
            name: page.name
            vm: page.vm
        }
        KTile {
            Layout.fillWidth: true
            Layout.preferredHeight: Theme.elderOffer
            iconName: "text"
            objectName: "home.elder"
            subtitle: Words.of("page.home.elder-lead")
            text: Words.of("page.home.elder")
            visible: !Theme.elder
            onClicked: page.vm.switchTextSize()
        }
    }
}
