"""Our drawings, for QML's `image://drawings/<name>/<colour>`: SVG files in `icons/`, drawn in the colour asked for.

They are images and not `Shape` items because the software renderer draws a Shape outside the clip of a scroll area.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtQml import QQmlImageProviderBase
from PySide6.QtQuick import QQuickImageProvider
from PySide6.QtSvg import QSvgRenderer

FOLDER = Path(__file__).parent / "icons"
GRID = 24


class Drawings(QQuickImageProvider):
    """Renders `<name>/<colour without #>` at the size asked for."""

    def __init__(self) -> None:
        super().__init__(QQmlImageProviderBase.ImageType.Image)

    def requestImage(self, id: str, size: QSize, requestedSize: QSize) -> QImage:  # noqa: N802, N803 - Qt's names
        """The drawing; an unknown name gives an empty image, of which QML warns."""
        name, _, colour = id.partition("/")
        file = FOLDER / f"{name}.svg"
        if not file.is_file():
            return QImage()
        wanted = requestedSize if requestedSize.isValid() else QSize(GRID, GRID)
        image = QImage(wanted, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        drawing = file.read_text("utf-8").replace("currentColor", f"#{colour}")
        painter = QPainter(image)
        QSvgRenderer(QByteArray(drawing.encode())).render(painter)
        painter.end()
        size.setWidth(wanted.width())
        size.setHeight(wanted.height())
        return image
