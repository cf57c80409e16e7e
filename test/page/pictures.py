#!/usr/bin/python3
"""Makes the pictures of docs/images from the page that `make demo-page` serves.

usage: pictures.py [URL]     by default http://127.0.0.1:8080/
"""
import sys
import tempfile
from pathlib import Path

from browser import Browser

URL = sys.argv[1] if len(sys.argv) > 1 else 'http://127.0.0.1:8080/'
FOLDER = Path(__file__).resolve().parents[2] / 'docs' / 'images'
EVENTS = ('client.deleted', 'call.incoming', 'order.status_changed', 'warehouse.deleted', 'order.deleted', 'order.manager_changed',
          'task.deleted', 'ticket.deleted', 'client.review_received')

FOLDER.mkdir(exist_ok=True)
with tempfile.TemporaryDirectory() as profile:
    browser = Browser('/usr/bin/chromium', profile)
    try:
        browser.size(1280, 760)
        browser.open(f'{URL}?as=sokolova&lang=en&event=' + '&event='.join(EVENTS))
        browser.picture(FOLDER / 'report.png')
        browser.size(1100, 840)
        browser.open(f'{URL}?as=sokolova&lang=en&view=deleted')
        browser.evaluate("[...document.querySelectorAll('#rows tr')].find((row) => row.innerText.includes('Склад на Южной'))"
                         ".querySelector('button').id = 'marked'")
        browser.click('#marked')
        browser.wait("document.querySelector('#dialog .plan li')")
        browser.picture(FOLDER / 'restore.png')
        browser.size(400, 800)
        browser.open(f'{URL}?as=orlova&lang=ru')
        browser.picture(FOLDER / 'narrow.png')
    finally:
        browser.close()
for picture in sorted(FOLDER.glob('*.png')):
    print(f'{picture.name}: {picture.stat().st_size // 1024} kB')
