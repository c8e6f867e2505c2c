"""Which QML file draws which page."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.screen import Page

FILES: Mapping[Page, str] = {
    Page.STANDBY: "StandbyPage.qml",
    Page.HOME: "HomePage.qml",
    Page.IDENTIFY: "IdentifyPage.qml",
    Page.READING: "ReadingPage.qml",
    Page.PIN: "PinPage.qml",
    Page.MENU: "MenuPage.qml",
    Page.RESULT_TABLE: "TablePage.qml",
    Page.CHECK: "CheckPage.qml",
    Page.QUESTION: "QuestionPage.qml",
    Page.CONFIRM: "ConfirmPage.qml",
    Page.PROCESSING: "ProcessingPage.qml",
    Page.RESULT: "ResultPage.qml",
    Page.TAKE_THINGS: "TakePage.qml",
    Page.GOODBYE: "GoodbyePage.qml",
    Page.IDLE_WARNING: "IdlePage.qml",
    Page.OUT_OF_SERVICE: "OutagePage.qml",
}
