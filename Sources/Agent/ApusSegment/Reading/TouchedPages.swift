/// The pages of the cells that the writer has touched, as far as somebody has looked.
///
/// Only they are read through mapped memory, where a cell is one atomic load; everywhere else a cell is 0, because nothing was ever
/// written there: the file has a hole. A page that was touched once is so for good: no sound writer gives one back.
struct TouchedPages {
    private let file: SegmentFile
    private let planes: Int
    /// A bit for each page up to the last one that was looked at: 64 pages of the first plane, as many of the next one, and so on.
    /// Most services have few series, and an agent reads many services.
    private(set) var bits: [UInt64]
    /// A bit for each page that was a hole when the file had ``blocks``.
    private var holes: [UInt64]
    private var blocks = -1

    /// Cells of one page of 4 KiB, the smallest that kernels have.
    private static let cellsPerPage = 512
    private static let pageSize = cellsPerPage * 8

    init(_ file: SegmentFile, planes: Int) {
        self.file = file
        self.planes = planes
        bits = []
        holes = []
    }

    /// - Parameter planes: as many as this was made for.
    @inline(__always)
    static func place(of cell: Int, plane: Int, planes: Int) -> (word: Int, bit: UInt64) {
        let page = cell >> 9
        return ((page >> 6) &* planes &+ plane, 1 << UInt64(page & 63))
    }

    /// The pages of a plane that some cells are on.
    static func pages(of cells: Range<Int>) -> Range<Int> {
        cells.isEmpty ? 0..<0 : cells.lowerBound / cellsPerPage..<(cells.upperBound - 1) / cellsPerPage + 1
    }

    private func isTouched(_ page: Int, _ plane: Int) -> Bool {
        let (word, bit) = Self.place(of: page * Self.cellsPerPage, plane: plane, planes: planes)
        return bits[word] & bit != 0
    }

    private func isHole(_ page: Int, _ plane: Int) -> Bool {
        let (word, bit) = Self.place(of: page * Self.cellsPerPage, plane: plane, planes: planes)
        return holes[word] & bit != 0
    }

    /// Makes room for the pages of cells up to one.
    private mutating func reach(_ cell: Int) {
        let missing = Self.place(of: cell, plane: planes - 1, planes: planes).word + 1 - bits.count
        guard missing > 0 else { return }
        bits.append(contentsOf: repeatElement(0, count: missing))
        holes.append(contentsOf: repeatElement(0, count: missing))
    }

    /// Looks at the pages of some cells that nobody has seen touched.
    ///
    /// - Parameters:
    ///   - cells: within a plane.
    ///   - planes: the number of planes, from the first on, at most as many as this was made for.
    /// - Returns: the planes, as bits, in which all of these pages are touched, where in the others none is; nil where a plane is touched in
    ///   part, so that it has to be asked of each cell.
    mutating func look(_ cells: Range<Int>, planes: Int) -> UInt32? {
        guard !cells.isEmpty else { return 0 }
        reach(cells.upperBound - 1)
        let pages = cells.lowerBound / Self.cellsPerPage..<(cells.upperBound - 1) / Self.cellsPerPage + 1
        var whole: UInt32 = 0
        var areWhole = true
        var isCurrent = false
        for plane in 0..<planes {
            var touched = 0
            var page = pages.lowerBound
            while page < pages.upperBound {
                guard !isTouched(page, plane) else {
                    touched += 1
                    page += 1
                    continue
                }
                if !isCurrent { forgetFilledHoles() }
                isCurrent = true
                let first = page
                while page < pages.upperBound, !isTouched(page, plane), !isHole(page, plane) { page += 1 }
                if first < page { touched += look(first..<page, plane) } else { page += 1 }
            }
            if touched == pages.count { whole |= 1 << UInt32(plane) } else if touched > 0 { areWhole = false }
        }
        return areWhole ? whole : nil
    }

    /// Has holes looked at again once the file has got another page. The count is taken first, so that a page which comes meanwhile
    /// makes it another the next time.
    private mutating func forgetFilledHoles() {
        let now = file.blocks
        guard now != blocks || now < 0 else { return }
        blocks = now
        for word in holes.indices { holes[word] = 0 }
    }

    /// Looks at pages of one plane; returns how many of them are touched.
    private mutating func look(_ pages: Range<Int>, _ plane: Int) -> Int {
        let start = SegmentLayout.cellsOffset + plane * SegmentLayout.planeStride
        let end = start + pages.upperBound * Self.pageSize
        Self.mark(pages, plane, of: planes, in: &holes)
        var place = start + pages.lowerBound * Self.pageSize
        var count = 0
        while place < end, let data = file.data(from: place, to: end) {
            let touched = (data.lowerBound - start) / Self.pageSize..<(data.upperBound - start - 1) / Self.pageSize + 1
            Self.mark(touched, plane, of: planes, in: &bits)
            count += touched.count
            place = start + touched.upperBound * Self.pageSize
        }
        return count
    }

    private static func mark(_ pages: Range<Int>, _ plane: Int, of planes: Int, in bits: inout [UInt64]) {
        for page in pages {
            let (word, bit) = place(of: page * cellsPerPage, plane: plane, planes: planes)
            bits[word] |= bit
        }
    }
}
