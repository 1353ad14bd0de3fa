/// The pages of the cells that the writer has touched, as far as somebody has looked.
///
/// Only they are read through mapped memory, where a cell is one atomic load; everywhere else a cell is 0, because nothing was ever
/// written there (``SegmentFile``). A page that was touched once is so for good: no sound writer gives one back.
struct TouchedPages {
    private let file: SegmentFile
    /// A bit for each page, plane after plane.
    private(set) var bits: [UInt64]

    /// Cells of one page of 4 KiB, the smallest that kernels have.
    private static let cellsPerPage = 512
    static let wordsPerPlane = SegmentLayout.cellCapacity / cellsPerPage / 64
    /// Pages that are looked at in one copy.
    private static let most = 16

    init(_ file: SegmentFile, planes: Int) {
        self.file = file
        bits = [UInt64](repeating: 0, count: planes * Self.wordsPerPlane)
    }

    @inline(__always)
    static func place(of cell: Int, plane: Int) -> (word: Int, bit: UInt64) {
        let page = cell >> 9
        return (plane &* wordsPerPlane &+ page >> 6, 1 << UInt64(page & 63))
    }

    private func isTouched(_ page: Int, _ plane: Int) -> Bool {
        let (word, bit) = Self.place(of: page * Self.cellsPerPage, plane: plane)
        return bits[word] & bit != 0
    }

    /// Looks at the pages of some cells that nobody has seen touched.
    ///
    /// - Parameters:
    ///   - cells: within a plane.
    ///   - planes: the number of planes, from the first on, at most as many as this was made for.
    /// - Returns: whether all of them are touched.
    mutating func look(_ cells: Range<Int>, planes: Int) -> Bool {
        guard !cells.isEmpty else { return true }
        let pages = cells.lowerBound / Self.cellsPerPage...(cells.upperBound - 1) / Self.cellsPerPage
        var areAll = true
        for plane in 0..<planes {
            var page = pages.lowerBound
            while page <= pages.upperBound {
                guard !isTouched(page, plane) else {
                    page += 1
                    continue
                }
                var end = page + 1
                while end <= pages.upperBound, end - page < Self.most, !isTouched(end, plane) { end += 1 }
                let looked = page * Self.cellsPerPage..<end * Self.cellsPerPage
                if !look(looked.clamped(to: cells), plane) { areAll = false }
                page = end
            }
        }
        return areAll
    }

    /// Looks at some cells of one plane; returns whether all of their pages are touched.
    private mutating func look(_ cells: Range<Int>, _ plane: Int) -> Bool {
        withUnsafeTemporaryAllocation(byteCount: cells.count * 8, alignment: 8) { buffer in
            file.read(
                at: SegmentLayout.cellsOffset + plane * SegmentLayout.planeStride + cells.lowerBound * 8, into: buffer)
            let words = buffer.bindMemory(to: UInt64.self)
            var areAll = true
            var first = cells.lowerBound
            while first < cells.upperBound {
                let end = min(cells.upperBound, (first / Self.cellsPerPage + 1) * Self.cellsPerPage)
                if words[first - cells.lowerBound..<end - cells.lowerBound].contains(where: { $0 != 0 }) {
                    let (word, bit) = Self.place(of: first, plane: plane)
                    bits[word] |= bit
                } else {
                    areAll = false
                }
                first = end
            }
            return areAll
        }
    }
}
