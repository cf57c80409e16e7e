"""Drives a headless Chromium over a pipe (--remote-debugging-pipe), with nothing but Python's own library.

A page is driven as a person does it: real clicks at the place where an element is, real keys, and what is looked at is
what the browser has drawn. What the page's console says, and what its policies have blocked, is kept in `complaints`.
"""
import base64
import json
import os
import select
import subprocess
import time

KEYS = {'Tab': 9, 'Enter': 13, 'Escape': 27, ' ': 32, 'End': 35}


class Browser:
    """One window of a browser that ends with it."""

    def __init__(self, program, profile):
        to_browser, our_end = os.pipe()
        from_browser, its_end = os.pipe()

        def pipes():
            # The browser reads descriptor 3 and writes 4; the copies are made beyond both first.
            read, write = os.dup(to_browser), os.dup(its_end)
            while read < 5 or write < 5:
                read, write = os.dup(read), os.dup(write)
            os.dup2(read, 3)
            os.dup2(write, 4)

        # As root, and where users have no namespaces, there is no sandbox; the page is our own.
        self.process = subprocess.Popen(
            [program, '--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--hide-scrollbars',
             '--no-first-run', '--disable-background-networking', '--disable-component-update', '--mute-audio',
             '--lang=ru', '--force-color-profile=srgb', '--font-render-hinting=none', f'--user-data-dir={profile}',
             '--remote-debugging-pipe', 'about:blank'],
            preexec_fn=pipes, close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(its_end)
        self.output, self.input, self.buffer = our_end, from_browser, b''
        self.number, self.session, self.complaints = 0, None, []
        target = next(t for t in self.send('Target.getTargets')['targetInfos'] if t['type'] == 'page')
        self.session = self.send('Target.attachToTarget', targetId=target['targetId'], flatten=True)['sessionId']
        for domain in ('Page', 'Runtime', 'Log'):
            self.send(f'{domain}.enable')

    def close(self):
        self.process.terminate()
        self.process.wait(20)

    def send(self, method, **parameters):
        """Sends a command and returns its result; what the browser says meanwhile is looked through."""
        self.number += 1
        message = {'id': self.number, 'method': method, 'params': parameters}
        if self.session:
            message['sessionId'] = self.session
        os.write(self.output, json.dumps(message).encode() + b'\0')
        while True:
            answer = self.receive()
            if answer.get('id') == self.number:
                if 'error' in answer:
                    raise RuntimeError(f'{method}: {answer["error"]}')
                return answer['result']

    def receive(self):
        end = time.monotonic() + 60
        while b'\0' not in self.buffer:
            if not select.select([self.input], [], [], max(0, end - time.monotonic()))[0]:
                raise RuntimeError('the browser does not answer')
            read = os.read(self.input, 1 << 16)
            if not read:
                raise RuntimeError('the browser has ended')
            self.buffer += read
        line, self.buffer = self.buffer.split(b'\0', 1)
        message = json.loads(line)
        # A refusal of the server is an answer like any other; everything else is a fault of the page.
        if message.get('method') == 'Log.entryAdded':
            entry = message['params']['entry']
            if entry['level'] == 'error' and entry['source'] != 'network':
                self.complaints.append(entry['text'])
        elif message.get('method') == 'Runtime.exceptionThrown':
            details = message['params']['exceptionDetails']
            self.complaints.append(details.get('exception', {}).get('description', details['text']))
        elif message.get('method') == 'Page.javascriptDialogOpening':
            self.complaints.append('a script of the data has run: ' + message['params']['message'])
        return message

    def evaluate(self, script):
        """Returns the value of an expression in the page."""
        result = self.send('Runtime.evaluate', expression=script, returnByValue=True, awaitPromise=True)
        if 'exceptionDetails' in result:
            raise RuntimeError(result['exceptionDetails']['exception'].get('description', script))
        return result['result'].get('value')

    def wait(self, condition, seconds=20):
        """Waits until an expression is true; returns whether it has come to be."""
        end = time.monotonic() + seconds
        while not self.evaluate(f'Boolean({condition})'):
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        return True

    # The page says itself when it is drawn.
    DRAWN = "document.querySelector('#rows')?.getAttribute('aria-busy') === 'false'"

    def open(self, url):
        self.send('Page.navigate', url=url)
        return self.wait(f'document.readyState === "complete" && location.href === {json.dumps(url)} && {self.DRAWN}')

    def size(self, width, height):
        self.send('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1, mobile=False)

    def click(self, selector):
        """Clicks an element where it is; an element that is covered or not there is an error."""
        place = self.evaluate(f"""(() => {{
            const element = document.querySelector({json.dumps(selector)});
            if (!element) return null;
            element.scrollIntoView({{ block: 'center' }});
            const box = element.getClientRects()[0];
            const at = box && {{ x: box.x + box.width / 2, y: box.y + box.height / 2 }};
            const hit = at && document.elementFromPoint(at.x, at.y);
            return hit && (element.contains(hit) || hit.contains(element)) ? at : null;
        }})()""")
        if place is None:
            raise RuntimeError(f'nobody could click {selector}')
        for kind in ('mousePressed', 'mouseReleased'):
            self.send('Input.dispatchMouseEvent', type=kind, button='left', clickCount=1, **place)

    def key(self, key, shift=False):
        """Presses a key on what has the focus."""
        text = {'Enter': '\r', ' ': ' '}.get(key)
        common = {'key': key, 'code': 'Space' if key == ' ' else key, 'windowsVirtualKeyCode': KEYS[key],
                  'modifiers': 8 if shift else 0}
        self.send('Input.dispatchKeyEvent', type='keyDown' if text else 'rawKeyDown', **common, **({'text': text} if text else {}))
        self.send('Input.dispatchKeyEvent', type='keyUp', **common)

    def type(self, text):
        self.send('Input.insertText', text=text)

    def choose(self, selector, value):
        """Chooses an option, as the keyboard would."""
        return self.evaluate(f"""(() => {{
            const select = document.querySelector({json.dumps(selector)});
            select.focus();
            select.value = {json.dumps(value)};
            select.dispatchEvent(new Event('input', {{ bubbles: true }}));
            select.dispatchEvent(new Event('change', {{ bubbles: true }}));
            return select.value;
        }})()""")

    def texts(self, selector):
        """Returns the texts of elements, as they are drawn."""
        return self.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map((e) => e.innerText.trim())")

    def accessible(self):
        """Returns (role, name) of what a screen reader finds."""
        nodes = self.send('Accessibility.getFullAXTree')['nodes']
        return [(n['role']['value'], n.get('name', {}).get('value', '')) for n in nodes
                if not n.get('ignored') and 'role' in n]

    def picture(self, file, height=None):
        clip = {} if height is None else {'clip': {
            'x': 0, 'y': 0, 'width': self.evaluate('innerWidth'), 'height': height, 'scale': 1}}
        data = self.send('Page.captureScreenshot', format='png', **clip)['data']
        with open(file, 'wb') as out:
            out.write(base64.b64decode(data))
