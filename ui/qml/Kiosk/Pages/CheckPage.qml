import QtQuick
import QtQuick.Layouts
import Kiosk.Controls
import Kiosk.Theme
import Kiosk.ViewModels

// CE. The answer, large, with the figure it turns on; then what is missing, each condition, what to do, the law.
KPage {
    id: page

    required property CheckVm vm
    // what is not known comes first where it is why nothing can be said
    readonly property bool undecided: vm.verdict === "cannot_say"

    heading: page.vm.title
    name: "check"
    scroll.buttons: false
    split: false
    info: [
        KVerdict {
            Layout.fillWidth: true
            headline: page.vm.headline
            label: page.vm.figureLabel
            origin: page.vm.figureOrigin
            value: page.vm.figureValue
            verdict: page.vm.verdict
        },
        KSection {
            Layout.fillWidth: true
            heading: Words.of("page.check.alternatives")
            visible: page.vm.alternatives.length > 0

            KFacts {
                Layout.fillWidth: true
                facts: page.vm.alternatives
            }
        },
        KSection {
            Layout.fillWidth: true
            heading: Words.of("page.check.why")
            visible: page.vm.why.length > 0

            KSentences {
                Layout.fillWidth: true
                iconName: "warning"
                ink: Theme.warning
                sentences: page.vm.why
            }
        },
        KSection {
            Layout.fillWidth: true
            heading: Words.of("page.check.missing")
            visible: page.undecided && page.vm.missing.length > 0

            KSentences {
                Layout.fillWidth: true
                iconName: "question"
                ink: Theme.warning
                sentences: page.vm.missing
            }
        },
        KSection {
            Layout.fillWidth: true
            heading: Words.of("page.check.warnings")
            visible: page.vm.warnings.length > 0

            KSentences {
                Layout.fillWidth: true
                iconName: "warning"
                ink: Theme.danger
                sentences: page.vm.warnings
            }
        },
        KSection {
            Layout.fillWidth: true
            heading: Words.of("page.check.conditions")
            visible: page.vm.conditions.length > 0

            KConditions {
                Layout.fillWidth: true
                conditions: page.vm.conditions
            }
        },
        KSection {
            Layout.fillWidth: true
            heading: Words.of("page.check.figures")
            visible: page.vm.figures.length > 0

            KFacts {
                Layout.fillWidth: true
                facts: page.vm.figures
            }
        },
        KSection {
            Layout.fillWidth: true
            heading: Words.of("page.check.missing")
            visible: !page.undecided && page.vm.missing.length > 0

            KSentences {
                Layout.fillWidth: true
                iconName: "question"
                ink: Theme.warning
                sentences: page.vm.missing
            }
        },
        KSection {
            Layout.fillWidth: true
            heading: Words.of("page.check.next")
            visible: page.vm.nextStep.length > 0

            KSentences {
                Layout.fillWidth: true
                iconName: "next"
                ink: Theme.primary
                sentences: page.vm.nextStep
            }
        },
        KSection {
            Layout.fillWidth: true
            heading: Words.of("page.check.articles")
            visible: page.vm.articles.length > 0

            KSentences {
                Layout.fillWidth: true
                iconName: "paper"
                ink: Theme.primary
                sentences: page.vm.articles
            }
        },
        KRemarks {
            Layout.fillWidth: true
            remarks: page.vm.disclaimers
        }
    ]
    actions: [
        KPager {
            Layout.fillWidth: true
            canBackward: !page.scroll.atStart
            canForward: !page.scroll.atEnd
            name: page.name
            visible: page.scroll.overflows
            onBackward: page.scroll.turn(-1)
            onForward: page.scroll.turn(1)
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
            kind: page.vm.applyText === "" ? "primary" : "secondary"
            objectName: "check.print"
            text: Words.of("page.check.print")
            visible: page.vm.canPrint || page.vm.printReason !== ""
            onClicked: page.vm.printOut()
        },
        KButton {
            Layout.fillWidth: true
            kind: "secondary"
            objectName: "check.step"
            text: page.vm.stepText
            visible: page.vm.stepText !== ""
            onClicked: page.vm.takeStep()
        },
        KButton {
            Layout.fillWidth: true
            objectName: "check.apply"
            text: page.vm.applyText
            visible: page.vm.applyText !== ""
            onClicked: page.vm.goOn()
        },
        KButton {
            Layout.fillWidth: true
            objectName: "check.finish"
            text: Words.of("page.check.finish")
            visible: page.vm.applyText === "" && !page.vm.canPrint && page.vm.printReason === ""
            onClicked: page.vm.finish()
        }
    ]
}
