"""Clicks PUT, GET and DELETE in Swagger UI, in a headless Chromium, and reads what the page then shows.

usage: swagger_ui_test.py URL PICTURE
Exit codes: 0 every shown answer is right; 1 one is not (it says which).
"""

import json
import os
import sys
import uuid

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

URL, PICTURE = sys.argv[1], sys.argv[2]
# With what an address must escape: the page has to, and the whole way has to understand it.
KEY = f"browser/100% é+{uuid.uuid4()}"
VALUE = f'clicked ü "{uuid.uuid4()}"'
SECONDS = 20


def browser():
    options = webdriver.ChromeOptions()
    for argument in [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-proxy-server",
        "--window-size=1300,2600",
    ]:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.binary_location = "/usr/bin/chromium"
    return webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))


class Operation:
    """One operation's block on the page."""

    def __init__(self, driver, name):
        self.driver = driver
        self.wait = WebDriverWait(driver, SECONDS)
        self.block = self.wait.until(lambda d: d.find_element(By.CSS_SELECTOR, f"#operations-store-{name}"))
        if not self.block.find_elements(By.CSS_SELECTOR, ".opblock-body"):
            self.click(self.block.find_element(By.CSS_SELECTOR, ".opblock-summary-control"))
        self.part(".execute")

    def part(self, selector):
        return self.wait.until(lambda _: self.block.find_element(By.CSS_SELECTOR, selector))

    def click(self, element):
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def choose(self, parameter, word):
        Select(self.part(f'tr[data-param-name="{parameter}"] select')).select_by_visible_text(word)

    def write(self, selector, text):
        element = self.part(selector)
        self.click(element)
        element.send_keys(Keys.CONTROL, "a")
        element.send_keys(text)

    def execute(self):
        """Clicks Execute; the status and body that the page then shows."""
        if self.block.find_elements(By.CSS_SELECTOR, ".btn-clear"):
            self.click(self.part(".btn-clear"))
            self.wait.until(lambda _: not self.block.find_elements(By.CSS_SELECTOR, ".live-responses-table"))
        self.click(self.part(".execute"))
        status = self.part(".live-responses-table tbody .response-col_status").text.split()[0]
        body = self.part(".live-responses-table tbody .response-col_description .highlight-code").text
        return int(status), json.loads(body[body.index("{") : body.rindex("}") + 1])


def expect(what, shown, right):
    print(f"{'ok' if right else 'WRONG':8} {what}: {shown[0]} {json.dumps(shown[1], ensure_ascii=False)}", flush=True)
    if not right:
        raise AssertionError(f"{what} was not answered as it should be")


def run(driver):
    driver.get(f"{URL}/swagger-ui/index.html")
    WebDriverWait(driver, SECONDS).until(lambda d: d.find_elements(By.CSS_SELECTOR, ".opblock"))
    token = os.environ.get("KVCHAOS_TOKEN")
    if token:
        driver.execute_script("ui.preauthorizeApiKey('token', arguments[0])", token)

    put = Operation(driver, "putEntry")
    put.choose("ack", "committed")
    put.write(".body-param__text", json.dumps({"key": KEY, "value": VALUE}, ensure_ascii=False))
    shown = put.execute()
    expect(
        "PUT",
        shown,
        shown[0] == 200 and shown[1]["key"] == KEY and shown[1]["value"] == VALUE and shown[1]["ack"] == "committed",
    )
    get = Operation(driver, "getEntry")
    get.choose("read", "linearizable")
    get.write('tr[data-param-name="key"] input', KEY)
    shown = get.execute()
    expect("GET", shown, shown == (200, {"value": VALUE}))
    driver.save_screenshot(PICTURE)

    delete = Operation(driver, "deleteEntry")
    delete.choose("ack", "committed")
    delete.write('tr[data-param-name="key"] input', KEY)
    shown = delete.execute()
    expect("DELETE", shown, shown[0] == 200 and shown[1]["key"] == KEY and shown[1]["version"] >= 2)
    shown = get.execute()
    expect("GET of what is deleted", shown, shown[0] == 404 and shown[1]["outcome"] == "not-applied")

    names = driver.execute_script("return performance.getEntriesByType('resource').map(entry => entry.name)")
    foreign = [name for name in names if not name.startswith((URL, "data:"))]
    assert names and not foreign, f"the page asked other servers: {foreign}"
    refused = [entry["message"] for entry in driver.get_log("browser") if "Content Security Policy" in entry["message"]]
    assert not refused, f"the page's own policy had to refuse something: {refused}"


def main():
    driver = browser()
    driver.set_page_load_timeout(SECONDS)
    try:
        run(driver)
    except Exception as error:  # noqa: BLE001 (whatever it is: the picture shows where the page stands)
        driver.save_screenshot(PICTURE)
        print(f"error: {type(error).__name__}: {error}\n       the page then: {PICTURE}", file=sys.stderr)
        return 1
    finally:
        driver.quit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
