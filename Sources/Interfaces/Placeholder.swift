// Interfaces
