/// The version of this product: of its executables, and of the images that hold them unless a fleet says otherwise.
package let productVersion = "0.1.0"
