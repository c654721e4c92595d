// Runs a script on a page of its own. What it needs is taken before the script can change it; a
// script that changes the rest spoils its own output alone, which is a bounded string whatever it
// does. Time, chance and place are the same for everybody: see `script.py`.
((epoch, largest) => {
  const { stringify } = JSON
  const { fromCharCode } = String
  const { toString } = Object.prototype
  const { getPrototypeOf, keys } = Object
  const { isView } = ArrayBuffer
  const { arrayBuffer } = Blob.prototype
  const Bytes = Uint8Array, Buffer = ArrayBuffer, Failure = Error
  const [base64, bytesOf] = [btoa, atob]

  const policy = document.createElement("meta")
  policy.httpEquiv = "Content-Security-Policy"
  policy.content = "default-src 'none'"
  document.head.append(policy)

  // The page's clock stands still while a script runs and leaps from timer to timer. It begins in
  // the middle of a millisecond and timers are late by parts of one: only the whole ones count.
  const RealDate = Date
  const { round } = Math
  const elapsed = performance.now.bind(performance)
  let begin = 0
  const now = () => epoch + round(elapsed() - begin)
  window.Date = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, values, made) =>
      Reflect.construct(target, values.length ? values : [now()], made),
    get: (target, name) => (name === "now" ? now : target[name]),
  })
  RealDate.prototype.constructor = window.Date
  performance.now = () => now() - epoch
  const { prototype: formats } = Intl.DateTimeFormat
  const { formatToParts } = formats
  const { get: formatOf } = Object.getOwnPropertyDescriptor(formats, "format")
  Object.defineProperty(formats, "format", {
    get() {
      const format = formatOf.call(this)
      return (date = now()) => format(date)
    },
  })
  formats.formatToParts = function (date = now()) {
    return formatToParts.call(this, date)
  }
  delete window.Temporal?.Now

  // mulberry32
  let seed = 0x5eed
  const next = () => {
    seed = (seed + 0x6d2b79f5) | 0
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  Math.random = () => next() / 4294967296
  Crypto.prototype.getRandomValues = (view) => {
    const bytes = new Bytes(view.buffer, view.byteOffset, view.byteLength)
    for (let at = 0; at < bytes.length; at++) bytes[at] = next() & 255
    return view
  }

  const named = (value) => toString.call(value).slice(8, -1)
  const lost = (value) => {
    if (typeof value !== "object" || value === null) return typeof value === "function"
    if (Array.isArray(value)) return false
    const plain = getPrototypeOf(value) === Object.prototype || getPrototypeOf(value) === null
    return isView(value) || (!plain && keys(value).length === 0)
  }
  const checked = (key, value) => {
    const place = key === "" ? "it" : `${key}`
    if (typeof value === "number" && value - value !== 0)
      throw new Failure(`${place} is ${value}, which JSON does not have`)
    if (typeof value === "bigint")
      throw new Failure(`${place} is a BigInt, which JSON does not have`)
    if (lost(value)) throw new Failure(`${place} is a ${named(value)}, which JSON does not have`)
    return value
  }

  const tooLong = (what) => new Failure(`it returned ${what}; at most ${largest} bytes are allowed`)
  const written = (text) => {
    if (text.length > largest) throw tooLong(`${text.length} characters`)
    return `text:${text}`
  }
  const packed = (bytes) => {
    if (bytes.length > largest) throw tooLong(`${bytes.length} bytes`)
    let binary = ""
    for (let at = 0; at < bytes.length; at++) binary += fromCharCode(bytes[at])
    return `base64:${base64(binary)}`
  }

  const unpacked = ({ text, bytes }) => {
    if (typeof text === "string") return text
    const binary = bytesOf(bytes)
    const view = new Bytes(binary.length)
    for (let at = 0; at < binary.length; at++) view[at] = binary.charCodeAt(at)
    return view
  }

  return async (run, inputs) => {
    const files = {}
    for (const { name, ...content } of inputs)
      Object.defineProperty(files, name, {
        value: unpacked(content), enumerable: true, writable: true, configurable: true,
      })
    begin = elapsed()
    const value = await run(files)
    if (value === undefined || value === null) throw new Failure("it returned nothing")
    if (typeof value === "string") return written(value)
    if (value instanceof Blob) return packed(new Bytes(await arrayBuffer.call(value)))
    if (value instanceof Buffer) return packed(new Bytes(value))
    if (isView(value)) return packed(new Bytes(value.buffer, value.byteOffset, value.byteLength))
    const text = stringify(value, checked, 2)
    if (typeof text !== "string") throw new Failure(`it returned a ${typeof value}`)
    return written(`${text}\n`)
  }
})
