"""The simulated pours that can be tried: rendered on the spot, so nothing has to be shipped."""

from dataclasses import dataclass

SECONDS = 60
WIDTH, HEIGHT = 480, 270
FRAMES_PER_SECOND = 10
ANALYSED_PER_SECOND = 5.0


@dataclass(frozen=True, slots=True)
class Sample:
    """One pour; `seed` and `difficulty` decide everything in it."""

    name: str
    seed: int
    difficulty: str
    title_en: str
    title_zh: str
    seconds: int = SECONDS
    has_site: bool = True

    def title(self, language: str) -> str:
        return self.title_zh if language == "zh" else self.title_en


SAMPLES = (
    Sample("slab", 34, "easy", "Simulated pour: a small slab", "模拟浇筑：小块楼板"),
    Sample("deck", 21, "middle", "Simulated pour: a busy deck", "模拟浇筑：繁忙的桥面"),
)
DESCRIPTIONS = {
    "en": "A rendered video with a known site, to try the system with. Nothing in it is real.",
    "zh": "渲染生成的视频，现场设置已知，供试用系统。画面中没有真实的人员或地点。",
}
