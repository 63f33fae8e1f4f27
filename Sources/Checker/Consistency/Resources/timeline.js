// Draws the operations and faults of `data`, which TimelinePage.swift writes before this script.
;(() => {
  const canvas = document.getElementById('picture'),
    x = canvas.getContext('2d')
  const detail = document.getElementById('detail')
  // Without a clock the order of the events is the axis.
  const timed = data.operations.some(o => o[3] > 0)
  const ops = data.operations.map(o => {
    const a = timed ? o[2] : o[0],
      end = timed ? o[3] : o[1],
      isUnknown = o[6] === 1
    return {
      a,
      b: isUnknown || end < 0 ? Infinity : end,
      gaveUp: end,
      core: o[5] === 1,
      out: o[6],
      text: o[7],
      short: o[8]
    }
  })
  let lo = Infinity,
    hi = -Infinity
  for (const o of ops) {
    lo = Math.min(lo, o.a)
    hi = Math.max(hi, o.a, o.gaveUp)
  }
  if (!(hi > lo)) {
    lo = lo === Infinity ? 0 : lo
    hi = lo + 1
  }
  const faults = timed ? data.faults.map(f => ({ a: f[0], b: f[1] < 0 ? Infinity : f[1], text: f[2] })) : []
  for (const f of faults) hi = Math.max(hi, f.a, Number.isFinite(f.b) ? f.b : 0)
  // The bar of an operation without an end reaches to where its client gave up; a thin line goes on from there.
  for (const o of ops) o.bar = Number.isFinite(o.b) ? o.b : Math.max(o.gaveUp, o.a + (hi - lo) / 500)

  // Lanes: an operation takes the first that is free; the core on top, those that never end at the bottom.
  const groups = [[], [], []]
  for (const o of ops) {
    const lanes = groups[o.core ? 0 : Number.isFinite(o.b) ? 1 : 2]
    let lane = 0
    while (lane < lanes.length && lanes[lane] >= o.a) lane++
    lanes[lane] = o.bar
    o.lane = lane
  }
  for (const o of ops) if (!o.core) o.lane += groups[0].length + (Number.isFinite(o.b) ? 0 : groups[1].length)
  const lanes = Math.max(1, groups[0].length + groups[1].length + groups[2].length)

  const core = ops.filter(o => o.core)
  // The room beside an operation of the core ends where the next one in its lane begins.
  const next = []
  for (const o of [...core].reverse()) {
    o.next = next[o.lane] ?? Infinity
    next[o.lane] = o.a
  }
  const coreFrom = Math.min(...core.map(o => o.a)),
    coreTo = Math.max(...core.map(o => o.bar))
  let from = lo,
    to = hi,
    hovered = null,
    w = 0,
    h = 0,
    isQueued = false
  const top = 22,
    faultRow = 15,
    faultRows = Math.min(4, faults.length)
  const css = n => getComputedStyle(document.documentElement).getPropertyValue(n)
  const px = t => ((t - from) / (to - from)) * w
  const laneHeight = () => Math.max(2, Math.min(26, (h - top - 4 - faultRows * faultRow) / lanes))
  const isSeen = o => px(o.a) <= w && px(o.b) >= 0

  const all = () => show(lo - (hi - lo) * 0.02, hi + (hi - lo) * 0.02)
  const toCore = () => {
    if (!core.length) return all()
    const margin = (coreTo - coreFrom || 1) * 0.6
    show(coreFrom - margin, coreTo + margin)
  }
  const zoom = (factor, at = 0.5) => {
    const t = from + (to - from) * at
    show(t - (t - from) * factor, t + (to - t) * factor)
  }
  const move = share => show(from + (to - from) * share, to + (to - from) * share)
  function show(a, b) {
    const whole = (hi - lo) * 1.1,
      width = Math.min(Math.max(b - a, timed ? 100 : 1), whole)
    const middle = Math.min(Math.max((a + b) / 2, lo), hi)
    from = middle - width / 2
    to = middle + width / 2
    redraw()
  }
  function redraw() {
    if (isQueued) return
    isQueued = true
    requestAnimationFrame(() => {
      isQueued = false
      draw()
    })
  }
  function size() {
    const ratio = devicePixelRatio || 1
    w = canvas.clientWidth
    h = canvas.clientHeight
    canvas.width = w * ratio
    canvas.height = h * ratio
    x.setTransform(ratio, 0, 0, ratio, 0, 0)
    redraw()
  }

  function draw() {
    const colour = { core: css('--core'), op: css('--op'), lost: css('--lost'), text: css('--ink') }
    x.clearRect(0, 0, w, h)
    x.font = '11px system-ui,sans-serif'
    x.textBaseline = 'middle'
    drawFaults()
    drawAxis(colour.text)
    if (core.length) {
      x.fillStyle = colour.core
      x.globalAlpha = 0.09
      x.fillRect(px(coreFrom), top, Math.max(3, px(coreTo) - px(coreFrom)), h - top)
      x.globalAlpha = 1
    }
    const height = laneHeight(),
      seen = ops.filter(isSeen)
    for (const pass of [false, true]) for (const o of seen) if (o.core === pass) drawOperation(o, height, colour)
  }
  function drawOperation(o, height, colour) {
    const a = px(o.a),
      b = px(o.bar),
      y = top + o.lane * height,
      tall = Math.max(1.5, height - 2),
      wide = Math.max(1.5, b - a)
    x.fillStyle = o.core ? colour.core : o.out === 0 ? colour.op : colour.lost
    x.globalAlpha = o.core ? 1 : o.out === 2 ? 0.35 : 0.8
    x.fillRect(a, y, wide, tall)
    if (!Number.isFinite(o.b)) {
      x.globalAlpha *= 0.35
      x.fillRect(b, y + tall / 2 - 1, w - b, 2)
    }
    x.globalAlpha = 1
    if (o === hovered) {
      x.strokeStyle = colour.text
      x.lineWidth = 2
      x.strokeRect(a, y, wide, tall)
    }
    if (height < 11) return
    const left = Math.max(a, 0) + 3,
      needed = x.measureText(o.short).width
    if (b - left >= Math.min(needed, 34)) {
      x.save()
      x.beginPath()
      x.rect(a, y, wide, height)
      x.clip()
      x.fillStyle = '#fff'
      x.fillText(o.short, left, y + tall / 2 + 0.5)
      x.restore()
    } else if (o.core && px(o.next) > b + 6 + needed) {
      x.fillStyle = colour.core
      x.fillText(o.short, b + 4, y + tall / 2 + 0.5)
    }
  }
  function drawAxis(text) {
    // Steps of 1, 2 or 5 times a power of ten.
    const least = (to - from) / Math.max(2, w / 110),
      power = 10 ** Math.floor(Math.log10(least))
    const step = Math.max(
      timed ? 0 : 1,
      [1, 2, 5, 10].map(n => n * power).find(n => n >= least)
    )
    const inSeconds = timed && step >= 1e9,
      scale = timed ? (inSeconds ? 1e9 : 1e6) : 1
    const digits = Math.min(6, Math.max(0, -Math.floor(Math.log10(step / scale) + 1e-9)))
    for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
      x.fillStyle = css('--grid')
      x.fillRect(px(t), 0, 1, h)
      x.fillStyle = text
      x.fillText((t / scale).toFixed(digits) + (timed ? (inSeconds ? ' s' : ' ms') : ''), px(t) + 3, 10)
    }
  }
  function drawFaults() {
    const band = css('--band'),
      name = css('--fault-name'),
      rows = []
    for (const f of faults.filter(isSeen)) {
      const a = px(f.a),
        b = Number.isFinite(f.b) ? px(f.b) : w
      x.fillStyle = band
      x.fillRect(a, top, Math.max(2, b - a), h - top)
      const left = Math.max(a, 0) + 3,
        right = left + x.measureText(f.text).width + 6
      let row = 0
      while (row < faultRows && rows[row] > left) row++
      if (row >= faultRows) continue
      rows[row] = Math.max(right, Math.min(b, w))
      x.fillStyle = name
      x.fillText(f.text, left, h - 9 - row * faultRow)
    }
  }

  function describe(e) {
    const lane = Math.floor((e.offsetY - top) / laneHeight())
    const hit = ops.filter(o => o.lane === lane && px(o.a) - 2 <= e.offsetX && px(o.bar) + 2 >= e.offsetX).pop() || null
    const at = from + ((to - from) * e.offsetX) / w,
      acting = faults.filter(f => f.a <= at && f.b >= at).map(f => f.text)
    detail.textContent =
      [hit ? hit.text : '', acting.length ? `Under: ${acting.join('; ')}` : ''].filter(Boolean).join(' · ') || '\u00a0'
    if (hit !== hovered) {
      hovered = hit
      redraw()
    }
  }
  let drag = null
  canvas.addEventListener(
    'wheel',
    e => {
      e.preventDefault()
      if (Math.abs(e.deltaX) > Math.abs(e.deltaY)) move(e.deltaX / w)
      else zoom(Math.exp(e.deltaY * 0.0015), e.offsetX / w)
    },
    { passive: false }
  )
  canvas.addEventListener('pointerdown', e => {
    drag = [e.clientX, from, to]
    canvas.setPointerCapture(e.pointerId)
    canvas.focus()
  })
  for (const end of ['pointerup', 'pointercancel'])
    canvas.addEventListener(end, () => {
      drag = null
    })
  canvas.addEventListener('pointermove', e => {
    if (!drag) return describe(e)
    const shift = ((drag[0] - e.clientX) / w) * (drag[2] - drag[1])
    show(drag[1] + shift, drag[2] + shift)
  })
  const actions = {
    '+': () => zoom(0.7),
    '=': () => zoom(0.7),
    '-': () => zoom(1.4),
    0: all,
    c: toCore,
    ArrowLeft: () => move(-0.15),
    ArrowRight: () => move(0.15)
  }
  canvas.addEventListener('keydown', e => {
    if (actions[e.key] && !e.ctrlKey && !e.metaKey) {
      actions[e.key]()
      e.preventDefault()
    }
  })
  for (const b of document.querySelectorAll('button[data-key]'))
    b.addEventListener('click', () => actions[b.dataset.key]())
  addEventListener('resize', size)
  size()
  toCore()
})()
