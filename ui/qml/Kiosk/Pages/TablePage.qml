import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// C08. Sums first, then rows; covered values are covered before they reach this page.
KPage {
    id: page

    required property TableVm vm
    // in large letters more than three columns do not fit beside each other: each row becomes a sheet of its own
    readonly property bool stacked: Theme.elder && vm.columns.length > 3
    readonly property int shown: vm.page

    onShownChanged: page.scroll.toStart()

    heading: page.vm.title
    lead: page.vm.asOf
    name: "table"
    notice: page.vm.notice
    scroll.buttons: false
    split: false
    info: [
        KSums {
            Layout.fillWidth: true
            sums: page.vm.summary
            visible: page.vm.summary.length > 0
        },
        KTable {
            Layout.fillWidth: true
            columnNames: page.vm.columns
            rows: page.vm.rows
            visible: page.vm.rows.length > 0 && !page.stacked
            weights: page.vm.weights
        },
        KRowSheets {
            Layout.fillWidth: true
            columnNames: page.vm.columns
            rows: page.vm.rows
            visible: page.vm.rows.length > 0 && page.stacked
        },
        KText {
            Layout.fillWidth: true
            color: Theme.muted
            text: Words.of("page.table.empty")
            visible: page.vm.rows.length === 0 && page.vm.summary.length === 0
        },
        KRemarks {
            Layout.fillWidth: true
            remarks: page.vm.remarks
        }
    ]
    actions: [
        KPager {
            Layout.fillWidth: true
            // down through what does not fit, then to the next page; and back the same way
            canBackward: page.vm.page > 1 || page.scroll.overflows && !page.scroll.atStart
            canForward: page.vm.page < page.vm.pages || page.scroll.overflows && !page.scroll.atEnd
            name: page.name
            visible: page.vm.pages > 1 || page.scroll.overflows
            words: page.vm.pages > 1 ? page.vm.pageText : ""
            onBackward: page.scroll.overflows && !page.scroll.atStart ? page.scroll.turn(-1) : page.vm.previousPage()
            onForward: page.scroll.overflows && !page.scroll.atEnd ? page.scroll.turn(1) : page.vm.nextPage()
        },
        KButton {
            Layout.fillWidth: true
            iconName: "eye"
            kind: "secondary"
            objectName: "table.show"
            text: page.vm.covered ? Words.of("page.table.show") : Words.of("page.table.hide")
            visible: page.vm.hasPrivate
            onClicked: page.vm.uncover()
        },
        KText {
            Layout.fillWidth: true
            color: Theme.muted
            horizontalAlignment: Text.AlignHCenter
            text: page.vm.printReason
            visible: page.vm.printReason !== ""
        },
        KButton {
            Layout.fillWidth: true
            enabled: page.vm.canPrint
            hint: page.vm.printReason
            iconName: "print"
            objectName: "table.print"
            text: Words.of("page.table.print")
            visible: page.vm.canPrint || page.vm.printReason !== ""
            onClicked: page.vm.printOut()
        },
        KButton {
            Layout.fillWidth: true
            objectName: "table.finish"
            text: Words.of("page.table.finish")
            visible: !page.vm.canPrint && page.vm.printReason === ""
            onClicked: page.vm.finish()
        }
    ]
}
