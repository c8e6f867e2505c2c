import QtQuick
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C07.
KPage {
    id: page

    required property TilesVm vm

    heading: page.vm.greeting
    lead: Words.of("page.menu.lead")
    name: "menu"
    hero: KHero {
        KIcon {
            color: Theme.primary
            height: size
            name: "person"
            size: Theme.iconXl
            width: size
        }
    }

    KTiles {
        anchors.fill: parent
        name: page.name
        vm: page.vm
    }
}
