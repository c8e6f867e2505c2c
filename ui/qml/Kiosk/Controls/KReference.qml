import QtQuick
import QtQuick.Layouts
import Kiosk.Theme

// The number to keep, as large as figures get.
KPanel {
    id: sheet

    required property string number

    implicitHeight: column.implicitHeight + 2 * Theme.spaceM

    ColumnLayout {
        id: column

        anchors.left: parent.left
        anchors.margins: Theme.spaceM
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        spacing: 0

        KText {
            Layout.fillWidth: true
            color: Theme.muted
            horizontalAlignment: Text.AlignHCenter
            text: Words.of("page.result.reference")
        }
        KText {
            Layout.fillWidth: true
            em: Theme.figure
            font.bold: true
            // one line, so that it can be read out without a gap
            fontSizeMode: Text.HorizontalFit
            horizontalAlignment: Text.AlignHCenter
            minimumPixelSize: Theme.button
            objectName: "result.reference"
            text: sheet.number
            wrapMode: Text.NoWrap
        }
    }
}
