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

    heading: page.vm.title
    lead: page.vm.asOf
    name: "table"
    notice: page.vm.notice
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
            visible: page.vm.rows.length === 0
        },
        KRemarks {
            Layout.fillWidth: true
            remarks: page.vm.remarks
        }
    ]
    actions: [
        KPager {
            Layout.fillWidth: true
            name: page.name
            page: page.vm.page
            pages: page.vm.pages
            visible: page.vm.pages > 1
            words: page.vm.pageText
            onBackward: page.vm.previousPage()
            onForward: page.vm.nextPage()
        },
        KButton {
            Layout.fillWidth: true
            iconName: "eye"
            kind: "secondary"
            objectName: "table.show"
            text: Words.of("page.table.show")
            visible: page.vm.covered && page.vm.hasPrivate
            onClicked: page.vm.uncover()
        },
        KText {
            Layout.fillWidth: true
            color: Theme.muted
            horizontalAlignment: Text.AlignHCenter
            text: page.vm.printReason
            visible: !page.vm.canPrint && text !== ""
        },
        KButton {
            Layout.fillWidth: true
            enabled: page.vm.canPrint
            hint: page.vm.printReason
            iconName: "print"
            objectName: "table.print"
            text: Words.of("page.table.print")
            onClicked: page.vm.printOut()
        }
    ]
}
